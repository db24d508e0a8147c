import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `taking back a bulk change` {
    private typealias Bulk = `a bulk change`

    private func content(_ office: Office, _ id: ClientID) async throws -> ClientContent {
        guard case .found(let client) = try await office.book.get(office.owner, id) else { throw Office.Unexpected() }
        return try ClientContent(client)
    }

    private func undone(_ bulk: BulkChanges, _ scope: Scope, _ id: BulkChangeID) async throws -> BulkReport {
        guard case .started = try await bulk.undo(scope, id) else {
            Issue.record("not taken back")
            throw Office.Unexpected()
        }
        try await bulk.work()
        return try #require(try await bulk.report(scope, id))
    }

    @Test(arguments: DatabaseKind.available)
    func `restores nothing that somebody has changed since, and names it`(kind: DatabaseKind) async throws {
        try await Bulk.open(kind) { office, bulk in
            let untouched = try await office.client(office.ana, "Untouched")
            let moved = try await office.client(office.ana, "Moved")
            let edited = try await office.client(office.ana, "Edited")
            let id = try await Bulk.started(
                bulk, office.owner,
                Bulk.order(.stage, ids: [untouched.id, moved.id, edited.id]) { $0.stage = "Closed" })
            try await bulk.work()
            var patch = ClientPatch()
            patch.stage = .set("Buyers")
            try await office.patched(office.ana, moved.id, patch)
            patch = ClientPatch()
            patch.lastName = .set("Newname")
            try await office.patched(office.ana, edited.id, patch)
            let report = try await undone(bulk, office.owner, id)
            #expect(report.change.restored == 2 && report.change.kept == 1)
            #expect(report.unrestored == [BulkRefusal(moved.id, "stage", .changedSince)])
            #expect(try await content(office, untouched.id).stage == "Leads")
            #expect(try await content(office, moved.id).stage == "Buyers")
            let kept = try await content(office, edited.id)
            #expect(kept.stage == "Leads" && kept.lastName == "Newname")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of what was changed there and back again leaves the later word`(kind: DatabaseKind) async throws {
        try await Bulk.open(kind) { office, bulk in
            let client = try await office.client(office.ana)
            let id = try await Bulk.started(
                bulk, office.owner, Bulk.order(.stage, ids: [client.id]) { $0.stage = "Closed" })
            try await bulk.work()
            for stage in ["Buyers", "Closed"] {
                var patch = ClientPatch()
                patch.stage = .set(stage)
                try await office.patched(office.ana, client.id, patch)
            }
            let report = try await undone(bulk, office.owner, id)
            #expect(report.unrestored.map(\.reason) == ["changed_since"])
            #expect(try await content(office, client.id).stage == "Closed")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes back the tags that it gave and no others`(kind: DatabaseKind) async throws {
        try await Bulk.open(kind) { office, bulk in
            let had = try await office.client(office.ana, "Had it") { $0.tags = ["vip", "A"] }
            let got = try await office.client(office.ana, "Got it") { $0.tags = ["A"] }
            let touched = try await office.client(office.ana, "Touched")
            let id = try await Bulk.started(
                bulk, office.owner,
                Bulk.order(.addTags, ids: [had.id, got.id, touched.id]) { $0.tags = ["VIP", "Spring"] })
            try await bulk.work()
            #expect(try await content(office, had.id).tags == ["vip", "A", "Spring"])
            var patch = ClientPatch()
            patch.tags = .set(["B", "A", "VIP", "Spring"])
            try await office.patched(office.ana, got.id, patch)
            for tags in [["Spring"], ["Spring", "VIP"]] {
                patch.tags = .set(tags)
                try await office.patched(office.ana, touched.id, patch)
            }
            let report = try await undone(bulk, office.owner, id)
            #expect(try await content(office, had.id).tags == ["vip", "A"])
            #expect(try await content(office, got.id).tags == ["B", "A"])
            #expect(try await content(office, touched.id).tags == ["VIP"], "somebody took it away and gave it again")
            #expect(report.unrestored == [BulkRefusal(touched.id, "tags", .changedSince)])
            #expect(report.change.restored == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of an assignment to a colleague who left since leaves the client and says so`(kind: DatabaseKind) async throws
    {
        try await Bulk.open(kind) { office, bulk in
            let client = try await office.client(office.ana)
            let id = try await Bulk.started(
                bulk, office.owner, Bulk.order(.assign, ids: [client.id]) { $0.assignedTo = .set(office.ben.userID) })
            try await bulk.work()
            _ = try await office.database.batch([
                "UPDATE account SET status = 'disabled' WHERE id = \(office.ana.userID)"
            ])
            let report = try await undone(bulk, office.owner, id)
            #expect(report.unrestored == [BulkRefusal(client.id, "assignedTo", code: "unknown_account")])
            #expect(try await content(office, client.id).assignedTo == office.ben.userID)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a deletion leaves alone whom somebody took out of the trash or threw away again`(
        kind: DatabaseKind
    ) async throws {
        try await Bulk.open(kind) { office, bulk in
            var ids: [ClientID] = []
            for name in ["Still there", "Taken out", "Thrown again"] {
                ids.append(try await office.client(office.ana, name).id)
            }
            let id = try await Bulk.started(bulk, office.owner, Bulk.order(.delete, ids: ids), office)
            try await bulk.work()
            for client in ids.dropFirst() { _ = try await office.book.restore(office.ana, client) }
            _ = try await office.book.delete(office.ana, ids[2], proof: office.proof(office.ana))
            let report = try await undone(bulk, office.owner, id)
            #expect(report.change.restored == 1 && report.change.kept == 2)
            #expect(Set(report.unrestored) == [BulkRefusal(ids[1], .changedSince), BulkRefusal(ids[2], .changedSince)])
            #expect(try await office.book.get(office.owner, ids[2]) == .notFound)
            #expect(try await content(office, ids[0]).firstName == "Still there")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is possible for a day`(kind: DatabaseKind) async throws {
        try await Bulk.open(kind) { office, bulk in
            var made: [BulkChangeID] = []
            for stage in ["Closed", "Buyers"] {
                let client = try await office.client(office.ana)
                made.append(
                    try await Bulk.started(bulk, office.ana, Bulk.order(.stage, ids: [client.id]) { $0.stage = stage }))
            }
            try await bulk.work()
            office.time.advance(by: .hours(24) - .milliseconds(1))
            guard case .started = try await bulk.undo(office.ana, made[0]) else { throw Office.Unexpected() }
            office.time.advance(by: .milliseconds(1))
            #expect(try await bulk.undo(office.ana, made[1]) == .notUndoable)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `restores only what is within the reach of who takes it back`(kind: DatabaseKind) async throws {
        try await Bulk.open(kind) { office, bulk in
            let client = try await office.client(office.ana) { $0.collaborators = [office.ben.userID] }
            let id = try await Bulk.started(
                bulk, office.ben, Bulk.order(.stage, ids: [client.id]) { $0.stage = "Closed" })
            try await bulk.work()
            var patch = ClientPatch()
            patch.collaborators = .set([])
            try await office.patched(office.ana, client.id, patch)
            let report = try await undone(bulk, office.ben, id)
            #expect(report.unrestored == [BulkRefusal(client.id, .notFound)])
            #expect(try await content(office, client.id).stage == "Closed")
        }
    }
}
