import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `pipelines` {
    private func draft(_ pipeline: Pipeline, _ change: (inout PipelineDraft) -> Void) -> PipelineDraft {
        var draft = PipelineDraft(
            name: pipeline.name,
            stages: pipeline.stages.map {
                .init(id: $0.id, name: $0.name, kind: $0.kind.rawValue, probability: $0.probability)
            })
        change(&draft)
        return draft
    }

    @Test(arguments: DatabaseKind.available)
    func `are Buyers and Sellers to begin with, each with stages that are open, won and lost`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let all = try await office.pipelines.all(office.lender)
            #expect(all.map(\.name) == ["Buyers", "Sellers"])
            for pipeline in all {
                for kind in DealStage.Kind.allCases { #expect(pipeline.stages.contains { $0.kind == kind }) }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keep a stage in which a deal stands, and its kind, until the deal has gone`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let pipeline = try await office.pipelines.all(office.owner)[0]
            let deal = try await office.deal(office.ana)
            let without = draft(pipeline) { $0.stages.removeFirst() }
            guard
                case .invalid(let problems) = try await office.pipelines.replace(
                    office.owner, pipeline.id, with: without)
            else { throw Office.Unexpected() }
            #expect(problems.map(\.code) == [.inUse])
            let won = draft(pipeline) { $0.stages[0].kind = "won" }
            guard case .invalid(let kinds) = try await office.pipelines.replace(office.owner, pipeline.id, with: won)
            else { throw Office.Unexpected() }
            #expect(kinds.map(\.field) == ["stages[0].kind"])
            guard case .invalid = try await office.pipelines.remove(office.owner, pipeline.id) else {
                throw Office.Unexpected()
            }
            guard case .done = try await office.deals.remove(office.ana, deal.id) else { throw Office.Unexpected() }
            guard
                case .done(let changed) = try await office.pipelines.replace(
                    office.owner, pipeline.id, with: without, expectedVersions: [1])
            else { throw Office.Unexpected() }
            #expect(changed.stages.count == pipeline.stages.count - 1)
            #expect(changed.version == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are changed by owner and admin alone, and only into ways that can be won and lost`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let pipeline = try await office.pipelines.all(office.owner)[0]
            let same = draft(pipeline) { _ in }
            #expect(try await office.pipelines.replace(office.ana, pipeline.id, with: same) == .forbidden)
            let endless = draft(pipeline) { $0.stages.removeAll { $0.kind != "open" } }
            guard
                case .invalid(let problems) = try await office.pipelines.replace(
                    office.owner, pipeline.id, with: endless)
            else { throw Office.Unexpected() }
            #expect(problems.map(\.code) == [.required, .required])
            #expect(
                try await office.pipelines.replace(office.owner, pipeline.id, with: same, expectedVersions: [7])
                    == .versionMismatch)
            let rentals = PipelineDraft(
                name: "Rentals",
                stages: [
                    .init(name: "Asked", kind: "open", probability: 30), .init(name: "Let", kind: "won"),
                    .init(name: "Lost", kind: "lost"),
                ])
            guard case .done(let made) = try await office.pipelines.create(office.owner, rentals) else {
                throw Office.Unexpected()
            }
            #expect(made.stages.map(\.probability) == [30, 100, 0])
            guard case .done = try await office.pipelines.remove(office.owner, made.id) else {
                throw Office.Unexpected()
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `have no deal in a stage that is removed at the moment in which one is put there`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            for round in 0..<8 {
                let pipeline = try await office.pipelines.all(office.owner)[0]
                var with = draft(pipeline) { _ in }
                with.stages.insert(.init(name: "Short-lived \(round)", kind: "open", probability: 5), at: 0)
                guard
                    case .done(let changed) = try await office.pipelines.replace(office.owner, pipeline.id, with: with)
                else { throw Office.Unexpected() }
                let without = draft(changed) { $0.stages.removeFirst() }
                let deal = DealDraft(name: "A", stageID: changed.stages[0].id)
                async let removing = office.pipelines.replace(office.owner, pipeline.id, with: without)
                async let making = office.deals.create(office.ana, deal)
                let (removed, made) = (try await removing, try await making)
                switch (removed, made) {
                case (.done, .invalid(let problems)): #expect(problems.map(\.field) == ["stageId"])
                case (.invalid(let problems), .done): #expect(problems.map(\.code) == [.inUse])
                default: Issue.record("\(removed), \(made)")
                }
            }
        }
    }
}
