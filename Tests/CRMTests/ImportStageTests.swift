import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the stages that an import brings` {
    private func stages(_ desk: Imports) async throws -> [String] {
        try await StageList(database: desk.office.database).all()
    }

    @Test(arguments: DatabaseKind.available)
    func `are made up to the most that there may be, and what is over is told`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let file = "First Name,Stage\n" + (1...100).map { "P\($0),Stage \($0)\n" }.joined()
            let report = try await desk.imported(desk.office.owner, file)
            #expect(report.counts == [100, 0, 0] && report["warnings"] == 60)
            #expect(report.problems("warnedRows").allSatisfy { $0.hasSuffix(" Stage:unknown_choice") })
            let stages = try await stages(desk)
            #expect(stages.count == ImportContext.mostStages && stages.last == "Stage 40")
            let clients = try await desk.clients(desk.office.owner)
            #expect(clients.allSatisfy { stages.contains($0.stage) })
            #expect(clients.count { $0.stage == "Leads" } == 60)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `have one spelling, the first`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let report = try await desk.imported(
                desk.office.owner, "First Name,Stage\nAnn,Warm\nBo,WARM\nCy,warm\n")
            #expect(report.counts == [3, 0, 0] && report["warnings"] == 0)
            #expect(try await desk.clients(desk.office.owner).map(\.stage) == ["Warm", "Warm", "Warm"])
            #expect(try await stages(desk).count == 11)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are made for clients alone that are new`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            try await desk.office.client(desk.office.owner, "Zoe") {
                $0.emails = [ContactPoint(value: "z@example.com")]
            }
            for policy in [ImportOptions.Duplicates.skip, .update] {
                let report = try await desk.imported(
                    desk.office.owner, "First Name,Last Name,Email,Stage\nZoe,Doe,z@example.com,Ghosts\n,,,Nobody\n"
                ) { $0.duplicates = policy }
                #expect(report.counts == [0, 1, 1])
            }
            #expect(try await stages(desk).count == 10)
        }
    }
}
