import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `what happens with records` {
    /// The kinds that were told, in the order in which they happened as far as the clock tells.
    private func told(_ office: Office) async throws -> [String] {
        try await office.database.rows("SELECT type FROM happening ORDER BY at, type").map { try $0.get("type") }
    }

    private func renamed(_ name: String) -> ClientPatch {
        var patch = ClientPatch()
        patch.firstName = .set(name)
        return patch
    }

    private func follow(_ office: Office) async throws {
        try await office.database.transaction { session in
            try session.run(
                "INSERT INTO happening_follower (type, follower_id) VALUES ('*', \(office.owner.userID))")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is written for nobody while nobody asks`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana)
            #expect(try await told(office).isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is told of clients in the transaction of the change, a merge once`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await follow(office)
            let jane = try await office.client(office.ana)
            office.time.advance(by: .seconds(1))
            _ = try await office.book.patch(office.ana, jane.id, renamed("Janet"))
            office.time.advance(by: .seconds(1))
            let double = try await office.client(office.ana, "Jane", "Double")
            office.time.advance(by: .seconds(1))
            try await office.merged(office.ana, jane.id, with: double.id)
            #expect(try await told(office) == ["client.created", "client.updated", "client.created", "client.merged"])
            let row = try await office.database.rows("SELECT data FROM happening WHERE type = 'client.merged'").first
            let data: String = try #require(row).get("data")
            #expect(data.contains("\"id\":\"\(jane.id)\"") && data.contains("\"mergedId\":\"\(double.id)\""))
            // Nothing is told of a change that was refused.
            _ = try await office.book.patch(office.ben, jane.id, renamed("Nobody"))
            #expect(try await told(office).count == 4)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is told of tasks, notes and deals by identity alone`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana, "Secretname")
            try await follow(office)
            let timeline = Timeline(
                database: office.database, world: office.time.world, cursorKey: Office.cursorKey,
                mailbox: office.mailbox)
            _ = try await timeline.record(office.ana, client.id, TimelineDraft(kind: .note, body: "Secretbody"))
            let rows = try await office.database.rows("SELECT type, data FROM happening")
            #expect(try rows.map { try $0.get("type", as: String.self) } == ["note.created"])
            let data: String = try #require(rows.first).get("data")
            #expect(data.contains("\"clientId\":\"\(client.id)\"") && !data.contains("Secret"))
            office.time.advance(by: .seconds(1))
            let task = try await office.task(office.ana, "Secrettask", for: client.id)
            office.time.advance(by: .seconds(1))
            _ = try await office.tasks.complete(office.ana, task.id)
            office.time.advance(by: .seconds(1))
            let deal = try await office.deal(office.ana, "Secretdeal")
            office.time.advance(by: .seconds(1))
            let stage = try await office.stages()[1]
            try await office.changed(office.ana, deal.id) { $0.stageId = stage.id }
            office.time.advance(by: .seconds(1))
            try await office.changed(office.ana, deal.id) { $0.name = "Secret again" }
            #expect(
                try await told(office) == [
                    "note.created", "task.created", "task.completed", "deal.created", "deal.stage_changed",
                    "deal.updated",
                ])
            for row in try await office.database.rows("SELECT data FROM happening") {
                #expect(try !row.get("data", as: String.self).contains("Secret"))
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `with many clients at once is told once`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<5 { try await office.client(office.ana, "Client \(number)") }
            try await follow(office)
            try await office.database.transaction { session in
                _ = try office.book.handOver(
                    from: office.ana.userID, to: office.ben.userID, at: office.time.now, in: session)
            }
            #expect(try await told(office) == ["clients.changed"])
        }
    }
}
