package import Accounts
package import CRM
package import Core
package import Storage

/// The pipelines: everybody reads them, owner and admin decide them.
package struct Pipelines: Sendable {
    private let database: any Database
    private let world: World

    package init(database: any Database, world: World) {
        self.database = database
        self.world = world
    }

    /// How a change of a pipeline ended.
    package enum Outcome: Sendable, Hashable {
        case done(Pipeline)
        case invalid([FieldProblem])
        case versionMismatch
        case notFound
        case forbidden
    }

    /// All of them with their stages.
    package func all(_ scope: Scope) async throws -> [Pipeline] {
        try await database.read { session in try PipelineTable.all(in: session) }
    }

    /// Makes a pipeline; for owner and admin.
    package func create(_ scope: Scope, _ draft: PipelineDraft) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let new = Pipeline(id: world.identifier(), name: "", stages: [], version: 1)
        let world = world
        return try await database.transaction { session in
            var check = FieldCheck()
            let made = Self.applied(draft, to: new, world, &check)
            if try PipelineTable.all(in: session).count >= Pipeline.most {
                check.refuse("name", .tooMany, "At most \(Pipeline.most) pipelines are kept.")
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try PipelineTable.insert(made, in: session)
            return .done(made)
        }
    }

    /// Puts what `draft` says in the place of a pipeline. A stage in which deals stand is neither left out nor made one of another kind.
    package func replace(
        _ scope: Scope, _ id: PipelineID, with draft: PipelineDraft, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let world = world
        return try await database.transaction { session in
            guard let there = try PipelineTable.pipeline(id, isToChange: true, in: session) else { return .notFound }
            if let expectedVersions, !expectedVersions.contains(there.version) { return .versionMismatch }
            var check = FieldCheck()
            var changed = Self.applied(draft, to: there, world, &check)
            let inUse = try PipelineTable.stagesInUse(of: id, in: session)
            for stage in there.stages where inUse.contains(stage.id) {
                guard let place = changed.stages.firstIndex(where: { $0.id == stage.id }) else {
                    check.refuse("stages", .inUse, "Deals stand in the stage \(stage.name). Move them first.")
                    continue
                }
                if changed.stages[place].kind != stage.kind {
                    check.refuse(
                        "stages[\(place)].kind", .inUse,
                        "Deals stand in this stage. Move them before you change its kind.")
                }
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            changed.version += 1
            try PipelineTable.update(changed, in: session)
            return .done(changed)
        }
    }

    /// Removes a pipeline in which no deal stands. The last one stays.
    package func remove(_ scope: Scope, _ id: PipelineID) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        return try await database.transaction { session in
            guard let there = try PipelineTable.pipeline(id, isToChange: true, in: session) else { return .notFound }
            guard try PipelineTable.stagesInUse(of: id, in: session).isEmpty else {
                return .invalid([FieldProblem("id", .inUse, "Deals stand in this pipeline. Move them first.")])
            }
            guard try PipelineTable.all(in: session).count > 1 else {
                return .invalid([FieldProblem("id", .required, "There must be a pipeline.")])
            }
            try PipelineTable.remove(id, in: session)
            return .done(there)
        }
    }

    private static func applied(
        _ draft: PipelineDraft, to pipeline: Pipeline, _ world: World, _ check: inout FieldCheck
    ) -> Pipeline {
        var changed = pipeline
        changed.name = check.line(draft.name, "name", 100)
        if changed.name.isEmpty { check.refuse("name", .required, "A pipeline has a name.") }
        changed.stages = []
        for (index, given) in check.capped(draft.stages, "stages", Pipeline.mostStages).enumerated() {
            let field = "stages[\(index)]"
            let name = check.line(given.name, "\(field).name", 100)
            if name.isEmpty { check.refuse("\(field).name", .required, "A stage has a name.") }
            if changed.stages.contains(where: { $0.name == name }) {
                check.refuse("\(field).name", .taken, "There is such a stage already.")
            }
            let kind = DealStage.Kind(rawValue: given.kind)
            if kind == nil { check.refuse("\(field).kind", .unknownChoice, "This must be one of: open, won, lost.") }
            if let id = given.id, !pipeline.stages.contains(where: { $0.id == id }) {
                check.refuse(
                    "\(field).id", .unknownChoice, "This pipeline has no such stage. Leave the id out to make one.")
            } else if let id = given.id, changed.stages.contains(where: { $0.id == id }) {
                check.refuse("\(field).id", .taken, "Name each stage once.")
            }
            var probability = given.probability ?? 50
            switch kind {
            case .won: probability = 100
            case .lost: probability = 0
            case .open, nil:
                if !(0...100).contains(probability) {
                    check.refuse("\(field).probability", .outOfRange, "Give a percentage between 0 and 100.")
                }
            }
            changed.stages.append(
                DealStage(
                    id: given.id ?? world.identifier(), pipelineID: pipeline.id, name: name, kind: kind ?? .open,
                    probability: probability))
        }
        for kind in DealStage.Kind.allCases where !changed.stages.contains(where: { $0.kind == kind }) {
            check.refuse("stages", .required, "There must be a stage of the kind \(kind.rawValue).")
        }
        return changed
    }
}
