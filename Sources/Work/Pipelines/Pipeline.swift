package import Core

/// Marks identities of pipelines.
package enum PipelineEntity {}

/// The identity of a pipeline.
package typealias PipelineID = Identifier<PipelineEntity>

/// Marks identities of the stages of deals.
package enum DealStageEntity {}

/// The identity of a stage of a pipeline.
package typealias DealStageID = Identifier<DealStageEntity>

/// A place in which a deal of a pipeline can stand.
package struct DealStage: Sendable, Hashable {
    /// What it means for a deal to stand there; the raw value is what the API shows.
    package enum Kind: String, Sendable, CaseIterable {
        case open, won, lost
    }

    package let id: DealStageID
    package let pipelineID: PipelineID
    package var name: String
    package var kind: Kind
    /// How likely a deal that stands there is closed, in percent: 100 where it is won, 0 where it is lost.
    package var probability: Int64
}

/// The way that deals of one sort take, stage by stage.
package struct Pipeline: Sendable, Hashable {
    package let id: PipelineID
    package var name: String
    /// In their order.
    package var stages: [DealStage]
    /// From 1; every change counts.
    package var version: Int64

    /// The most pipelines, and the most stages of one.
    package static let (most, mostStages) = (20, 30)
}

/// A pipeline to be, or what one becomes, as a caller sends it; nothing in it is checked yet.
package struct PipelineDraft: Sendable, Decodable {
    /// One stage; without `id` a new one.
    package struct Stage: Sendable, Decodable {
        package var id: DealStageID?
        package var name: String
        package var kind: String
        package var probability: Int64?
    }

    package var name: String
    package var stages: [Stage]
}

extension Pipeline {
    /// Writes the pipeline as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", id)
            object.member("name", name)
            object.key("stages")
            object.array { list in
                for stage in stages {
                    list.object { item in
                        item.member("id", stage.id)
                        item.member("name", stage.name)
                        item.member("kind", stage.kind.rawValue)
                        item.member("probability", stage.probability)
                    }
                }
            }
            object.member("version", version)
        }
    }
}
