import Accounts
import ContactFiles
import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `an import that is taken back` {
    private func undone(_ desk: Imports, _ scope: Scope, _ id: ImportID) async throws -> Imports.Report {
        let outcome = try await desk.imports.stop(scope, id, proof: try desk.office.proof(scope))
        #expect(outcome == .accepted("running"))
        try await desk.work()
        return try await desk.report(scope, id)
    }

    private func undo(_ report: Imports.Report) -> [Int] {
        let undo = report.members["undo"] as? [String: Any] ?? [:]
        return ["removed", "restored", "kept"].map { undo[$0] as? Int ?? -1 }
    }

    @Test(arguments: DatabaseKind.available)
    func `puts what it made into the trash, and what it changed back as it was`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let zoe = try await desk.office.client(desk.office.ana, "Zoe") {
                $0.emails = [ContactPoint(value: "z@example.com")]
                $0.tags = ["VIP"]
            }
            let file = """
                First Name,Last Name,Email,Phone,Tags,Birthday,Do Not Mail,Price
                Zoe,Zed,z@example.com,512 555 0143,seller,1985-04-12,yes,300k
                Ann,Ash,a@example.com,,,,,
                Bo,Birch,b@example.com,,,,,
                """
            let report = try await desk.imported(desk.office.ana, file) { $0.duplicates = .update }
            #expect(report.counts == [2, 1, 0])
            let back = try await undone(desk, desk.office.ana, report.id)
            #expect(back.status == "undone" && undo(back) == [2, 1, 0])
            let clients = try await desk.clients(desk.office.ana)
            #expect(clients.map(\.id) == [zoe.id])
            #expect(try ClientContent(clients[0]) == ClientContent(zoe))
            #expect(try await desk.office.names(desk.office.ana, search: "555 0143").isEmpty)
            let history = try await desk.office.history(desk.office.ana, zoe.id)
            #expect(history.first?.way == "undo")
            guard case .page(let trash, _) = try await desk.office.book.trashJSON(desk.office.ana) else {
                throw Office.Unexpected()
            }
            #expect(try Office.objects(trash).count == 2)
            // Once more is no harm.
            let again = try await desk.imports.stop(
                desk.office.ana, report.id, proof: try desk.office.proof(desk.office.ana))
            #expect(again == .accepted("undone"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps whoever was merged into somebody else since, and names whom`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let zoe = try await desk.office.client(desk.office.ana, "Zoe")
            let report = try await desk.imported(desk.office.ana, "First Name,Email\nAnn,a@example.com\n")
            let clients = try await desk.clients(desk.office.ana)
            let ann = try #require(clients.first { $0.id != zoe.id })
            guard case .merged = try await desk.office.book.merge(desk.office.ana, zoe.id, with: ann.id) else {
                throw Office.Unexpected()
            }
            let back = try await undone(desk, desk.office.ana, report.id)
            #expect(back.status == "undone" && undo(back) == [0, 0, 1])
            #expect(back.list("keptClients").map { $0["id"] as? String } == [zoe.id.description])
            #expect(try await desk.clients(desk.office.ana).map(\.id) == [zoe.id])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps what somebody has changed since, and names it`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let zoe = try await desk.office.client(desk.office.ana, "Zoe", "") {
                $0.emails = [ContactPoint(value: "z@example.com")]
            }
            let file =
                "First Name,Last Name,Email,Price,Time Frame\nZoe,Zed,z@example.com,300k,soon\nAnn,,a@example.com,,\nBo,,b@example.com,,\n"
            let report = try await desk.imported(desk.office.ana, file) { $0.duplicates = .update }
            let ann = try #require(try await desk.clients(desk.office.ana).first { $0.firstName == "Ann" })
            var patch = ClientPatch()
            patch.price = .set(350_000)
            try await desk.office.patched(desk.office.ana, zoe.id, patch)
            patch = ClientPatch()
            patch.background = .set("called, wants to sell")
            try await desk.office.patched(desk.office.owner, ann.id, patch)
            let back = try await undone(desk, desk.office.ana, report.id)
            #expect(undo(back) == [1, 1, 2])
            let kept = back.list("keptClients").map { "\($0["name"] ?? "") \($0["fields"] ?? "")" }.sorted()
            #expect(kept == [#"Ann ["background"]"#, #"Zoe ["price"]"#])
            let clients = try await desk.clients(desk.office.ana)
            #expect(Set(clients.map(\.firstName)) == ["Ann", "Zoe"])
            let after = try #require(clients.first { $0.id == zoe.id })
            #expect(after.price == 350_000 && after.lastName.isEmpty)
            #expect(try after.details.value().timeFrame.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps the relationships of which a client was erased, and comes to its end`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let max = try await office.client(office.ana, "Max")
            let zoe = try await office.client(office.ana, "Zoe", "") {
                $0.emails = [ContactPoint(value: "z@example.com")]
                $0.relationships = [Relationship(kind: "spouse", name: "Max", clientID: max.id)]
            }
            let report = try await desk.imported(
                office.ana, "First Name,Last Name,Email,Related Contact 1\nZoe,Zed,z@example.com,Tom Tanner\n"
            ) {
                $0.duplicates = .update
                $0.mapping = ["Related Contact 1": .relationship(index: 1, kind: "friend")]
            }
            #expect(report["updated"] == 1)
            let outcome = try await office.book.erase(
                office.owner, max.id, proof: try office.proof(office.owner), recorder: EventRecorder(isEnabled: false),
                from: .server)
            #expect(outcome == .erased(named: 1))
            let back = try await undone(desk, office.ana, report.id)
            #expect(back.status == "undone" && undo(back) == [0, 1, 1])
            #expect(back.list("keptClients").map { $0["fields"] as? [String] } == [["relationships"]])
            let after = try #require(try await desk.clients(office.ana).first { $0.id == zoe.id })
            #expect(after.lastName.isEmpty)
            #expect(try after.details.value().relationships.map(\.name) == ["Tom Tanner"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `counts clients out of reach as kept, and names them to nobody who does not see them`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let zoe = try await office.client(office.ana, "Zoe", "") {
                $0.emails = [ContactPoint(value: "z@example.com")]
            }
            let report = try await desk.imported(
                office.ana, "First Name,Last Name,Email\nZoe,Zed,z@example.com\nAnn,,a@example.com\nBo,,b@example.com\n"
            ) { $0.duplicates = .update }
            let clients = try await desk.clients(office.ana)
            let ann = try #require(clients.first { $0.firstName == "Ann" })
            var patch = ClientPatch()
            patch.assignedTo = .set(office.ben.userID)
            for id in [zoe.id, ann.id] { try await office.patched(office.owner, id, patch) }
            let back = try await undone(desk, office.ana, report.id)
            #expect(back.status == "undone" && undo(back) == [1, 0, 2])
            #expect(back.list("keptClients").isEmpty)
            let owners = try await desk.report(office.owner, report.id).list("keptClients")
            #expect(Set(owners.compactMap { $0["name"] as? String }) == ["Zoe Zed", "Ann"])
            #expect(try await desk.clients(office.ben).map(\.lastName).sorted() == ["", "Zed"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `names a kept client no more to whom it was taken from`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let report = try await desk.imported(office.ana, "First Name,Email\nAnn,a@example.com\n")
            let ann = try #require(try await desk.clients(office.ana).first)
            var patch = ClientPatch()
            patch.background = .set("called")
            try await office.patched(office.ana, ann.id, patch)
            let back = try await undone(desk, office.ana, report.id)
            #expect(back.list("keptClients").map { $0["name"] as? String } == ["Ann"])
            patch = ClientPatch()
            patch.assignedTo = .set(office.ben.userID)
            try await office.patched(office.owner, ann.id, patch)
            #expect(try await desk.report(office.ana, report.id).list("keptClients").isEmpty)
            #expect(try await desk.report(office.owner, report.id).list("keptClients").count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `can be for 90 days after its end, however long it waited`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array("Name\nAnn\n".utf8))
            desk.office.time.advance(by: .days(10))
            try await desk.work()
            desk.office.time.advance(by: .days(90) - .seconds(1))
            try await desk.imports.purge()
            let report = try await desk.report(desk.office.ana, id)
            #expect(report.members["undoableUntil"] as? String == "2026-04-11T12:00:00.000Z")
            desk.office.time.advance(by: .seconds(1))
            try await desk.imports.purge()
            #expect(try await desk.imports.showJSON(desk.office.ana, id) == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes on after a restart where it was, and is refused to whoever did not make it`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let file = "Name\n" + (1...120).map { "Person \($0)\n" }.joined()
            let report = try await desk.imported(desk.office.ana, file)
            #expect(
                try await desk.imports.stop(desk.office.ben, report.id, proof: try desk.office.proof(desk.office.ben))
                    == .notFound)
            #expect(
                try await desk.imports.stop(desk.office.ana, report.id, proof: try desk.office.proof(desk.office.ben))
                    == .reauthenticationRequired)
            _ = try await desk.imports.stop(
                desk.office.owner, report.id, proof: try desk.office.proof(desk.office.owner))
            let turns = Turns(2)
            _ = try await desk.imports.workOnNext { turns.isOver }
            let half = try await desk.report(desk.office.ana, report.id)
            #expect(half.status == "running" && undo(half) == [100, 0, 0])
            #expect(try await Imports.worker(desk.office, desk.directory).workOnNext())
            #expect(undo(try await desk.report(desk.office.ana, report.id)) == [120, 0, 0])
            #expect(try await desk.clients(desk.office.owner).isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is listed and can be taken back for 90 days`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let report = try await desk.imported(desk.office.ana, "Name\nAnn\n")
            desk.office.time.advance(by: .days(90) - .seconds(1))
            try await desk.imports.purge()
            #expect(try await desk.imports.showJSON(desk.office.ana, report.id) != nil)
            desk.office.time.advance(by: .seconds(1))
            try await desk.imports.purge()
            #expect(try await desk.imports.showJSON(desk.office.ana, report.id) == nil)
            #expect(try await desk.clients(desk.office.ana).count == 1)
        }
    }
}
