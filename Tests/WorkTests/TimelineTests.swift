import Accounts
import CRM
import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `a timeline` {
    @Test(arguments: DatabaseKind.available)
    func `tells what happened, newest first, between what the history says`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana, "Mia")
            office.time.advance(by: .minutes(1))
            try await office.note(office.ana, client.id, "Met at the open house.")
            office.time.advance(by: .minutes(1))
            var patch = ClientPatch()
            patch.stage = .set("Hot Prospects")
            _ = try await office.book.patch(office.ana, client.id, patch)
            office.time.advance(by: .minutes(1))
            var call = TimelineDraft(kind: .call, body: "Wants a garden.")
            (call.outcome, call.durationSeconds) = ("Interested", 90)
            _ = try await office.recorded(office.ana, client.id, call)
            let lines = try await office.lines(office.ana, client.id)
            #expect(lines.map(\.kind) == ["call", "change", "note", "change"])
            #expect(lines[0].detail == #"{"durationSeconds":90,"outcome":"Interested"}"#)
            #expect(lines[1].field == "stage")
            #expect(lines[3].field == "created")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is cut into pages that miss nothing and repeat nothing`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            for number in 1...7 {
                try await office.note(office.ana, client.id, "Note \(number)")
                var patch = ClientPatch()
                patch.stage = .set(number.isMultiple(of: 2) ? "Leads" : "Nurture")
                _ = try await office.book.patch(office.ana, client.id, patch)
                // Some in the same millisecond.
                if number.isMultiple(of: 3) { office.time.advance(by: .seconds(1)) }
            }
            let whole = try await office.lines(office.ana, client.id, limit: 100)
            #expect(whole.count == 15)
            for limit in [1, 2, 3, 7] {
                var (pieces, cursor): ([Office.Line], String?) = ([], nil)
                repeat {
                    let outcome = try await office.timeline.page(
                        office.ana, client.id, limit: limit, cursor: cursor)
                    guard case .page(let json, _, _, let next) = outcome else { throw Office.Unexpected() }
                    pieces += try Office.lines(json)
                    cursor = next
                } while cursor != nil
                #expect(pieces == whole, "by \(limit)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `shows pinned entries above, once, on its first page`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let first = try await office.note(office.ana, client.id, "Gate code 4711")
            for number in 1...3 {
                office.time.advance(by: .seconds(1))
                try await office.note(office.ana, client.id, "Note \(number)")
            }
            var pin = TimelineDraft()
            pin.isPinned = true
            _ = try await office.timeline.change(office.ana, first.id, pin)
            guard
                case .page(_, let pinned, _, let next?) = try await office.timeline.page(
                    office.ana, client.id, limit: 2)
            else { throw Office.Unexpected() }
            #expect(try Office.lines(pinned).map(\.body) == ["Gate code 4711"])
            guard
                case .page(_, let second, _, _) = try await office.timeline.page(
                    office.ana, client.id, limit: 2, cursor: next)
            else { throw Office.Unexpected() }
            #expect(try Office.lines(second).isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps what an entry was before each edit, and who edited it`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let entry = try await office.note(office.ana, client.id, "Buget 400")
            office.time.advance(by: .hours(1))
            let edited = try await office.timeline.change(office.ana, entry.id, TimelineDraft(body: "Budget 400"))
            guard case .done(let after) = edited else { throw Office.Unexpected() }
            #expect(after.version == 2)
            #expect(
                try await office.timeline.change(
                    office.ana, entry.id, TimelineDraft(body: "Budget 500"), expectedVersions: [1]) == .versionMismatch)
            let revisions = try #require(try await office.timeline.revisions(office.ana, entry.id))
            let lines = try Office.objects(revisions)
            #expect(lines.map { $0["body"] as? String } == ["Buget 400"])
            #expect(lines.map { $0["replacedBy"] as? String } == [office.ana.userID.description])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is for those who reach the client, and an entry for whoever wrote it to change`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let client = try await office.client(office.owner) {
                $0.assignedTo = office.ana.userID
                $0.collaborators = [office.ben.userID]
            }
            let entry = try await office.note(office.ana, client.id, "Ours")
            let draft = TimelineDraft(kind: .note, body: "Mine")
            #expect(try await office.timeline.record(office.lender, client.id, draft) == .notFound)
            #expect(try await office.timeline.change(office.lender, entry.id, TimelineDraft(body: "x")) == .notFound)
            #expect(try await office.timeline.remove(office.lender, entry.id) == .notFound)
            #expect(try await office.timeline.get(office.lender, entry.id) == nil)
            #expect(try await office.timeline.revisions(office.lender, entry.id) == nil)
            guard case .notFound = try await office.timeline.page(office.lender, client.id) else {
                throw Office.Unexpected()
            }
            #expect(try await office.timeline.change(office.ben, entry.id, TimelineDraft(body: "x")) == .forbidden)
            #expect(try await office.timeline.remove(office.ben, entry.id) == .forbidden)
            guard case .done = try await office.timeline.remove(office.owner, entry.id) else {
                throw Office.Unexpected()
            }
            #expect(try await office.lines(office.ben, client.id).map(\.kind) == ["change"])
            #expect(try await office.timeline.restore(office.ben, entry.id) == .forbidden)
            #expect(try await office.timeline.restore(office.lender, entry.id) == .notFound)
            #expect(try await office.timeline.restore(office.ana, entry.id) == .done(entry))
            #expect(try await office.lines(office.ben, client.id).map(\.kind) == ["note", "change"])
            _ = try await office.timeline.remove(office.ana, entry.id)
            office.time.advance(by: .days(31))
            #expect(try await office.timeline.restore(office.ana, entry.id) == .notFound)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of two clients is one after their merge, and parts again with them`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let winner = try await office.client(office.ana, "Mia", "Long")
            let loser = try await office.client(office.ana, "Mia", "Lang")
            let third = try await office.client(office.ana, "M", "Lang")
            for (client, text) in [(winner, "winner's"), (loser, "loser's"), (third, "third's")] {
                office.time.advance(by: .minutes(1))
                try await office.note(office.ana, client.id, text)
                _ = try await office.recorded(office.ana, client.id, TimelineDraft(kind: .call, body: text))
            }
            _ = try await office.merged(office.ana, loser.id, with: third.id)
            let merge = try await office.merged(office.ana, winner.id, with: loser.id)
            func notes(_ client: ClientID) async throws -> [String] {
                try await office.lines(office.ana, client, kind: "note", limit: 100).map(\.body)
            }
            for id in [winner.id, loser.id, third.id] {
                #expect(try await notes(id) == ["third's", "loser's", "winner's"])
            }
            let contact = try await office.contact(winner.id)
            #expect(contact.first != contact.last)
            office.time.advance(by: .minutes(1))
            try await office.note(office.ana, winner.id, "since")
            guard case .undone = try await office.book.undoMerge(office.ana, merge) else { throw Office.Unexpected() }
            #expect(try await notes(winner.id) == ["since", "winner's"])
            #expect(try await notes(loser.id) == ["third's", "loser's"])
            #expect(try await office.contact(winner.id).first == office.contact(winner.id).last)
            #expect(try await office.contact(loser.id).last == contact.last)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `says when somebody last dealt with the client, and leaves its version`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            office.time.advance(by: .hours(2))
            let now = office.time.world.now()
            try await office.note(office.ana, client.id, "Hello")
            var earlier = TimelineDraft(kind: .call, body: "")
            earlier.at = (now - .hours(1)).iso8601
            _ = try await office.recorded(office.ana, client.id, earlier)
            guard case .found(let after) = try await office.book.get(office.ana, client.id) else {
                throw Office.Unexpected()
            }
            #expect(after.lastActivityAt == now)
            #expect(after.version == client.version)
            #expect(try await office.contact(client.id).first == now - .hours(1))
            var incoming = TimelineDraft(kind: .text, body: "Call me")
            incoming.direction = "incoming"
            _ = try await office.recorded(office.ana, client.id, incoming)
            #expect(try await office.contact(client.id).last == now - .hours(1))
            #expect(try await office.contact(client.id).answer == now)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `refuses what cannot be, and says all of it`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            func problems(_ change: (inout TimelineDraft) -> Void) async throws -> [String] {
                var draft = TimelineDraft(kind: .note, body: "x")
                change(&draft)
                guard case .invalid(let problems) = try await office.timeline.record(office.ana, client.id, draft)
                else {
                    return []
                }
                return problems.map { "\($0.field) \($0.code.rawValue)" }
            }
            #expect(try await problems { $0.body = String(repeating: "a", count: 1_000_000) } == ["body too_long"])
            #expect(try await problems { $0.body = "" } == ["body required"])
            #expect(try await problems { $0.body = "\u{0}" } == ["body invalid_characters"])
            #expect(try await problems { $0.kind = "deal" } == ["kind unknown_choice"])
            #expect(try await problems { $0.kind = nil } == ["kind required"])
            #expect(try await problems { $0.at = "tomorrow" } == ["at invalid_date"])
            #expect(try await problems { $0.at = "2999-01-01T00:00:00Z" } == ["at out_of_range"])
            #expect(try await problems { $0.outcome = "Busy" } == ["outcome not_permitted"])
            #expect(
                try await problems {
                    $0.kind = "call"
                    $0.outcome = "Rude"
                    $0.durationSeconds = -1
                } == ["outcome unknown_choice", "durationSeconds out_of_range"])
            #expect(
                try await problems { $0.mentions = [office.ben.userID.description, "me"] }.sorted() == [
                    "mentions[0] unknown_account", "mentions[1] wrong_type",
                ])
            #expect(try await office.lines(office.ana, client.id).count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells a mentioned colleague by mail, and nobody who does not see the client`(kind: DatabaseKind) async throws
    {
        try await Office.open(kind) { office in
            let client = try await office.client(office.owner) {
                $0.assignedTo = office.ana.userID
                $0.collaborators = [office.ben.userID]
            }
            var draft = TimelineDraft(kind: .note, body: "Could you show her the house?")
            draft.mentions = [office.ben.userID.description, office.ana.userID.description]
            let entry = try await office.recorded(office.ana, client.id, draft)
            let mails: Int64 = try await office.database.rows(
                "SELECT COUNT(*) AS mails FROM outbox WHERE subject = 'mentioned'")[0].get("mails")
            #expect(mails == 1)
            draft.kind = nil
            draft.mentions = [office.lender.userID.description]
            guard case .invalid = try await office.timeline.change(office.ana, entry.id, draft) else {
                throw Office.Unexpected()
            }
        }
    }
}

extension Office {
    /// The timelines of the office, which sends mail.
    var timeline: Timeline {
        Timeline(
            database: database, world: time.world, cursorKey: Self.cursorKey,
            mailbox: Mailbox(
                isEnabled: true, secret: ServerSecret(current: Secret(Array("a secret of the tests".utf8))),
                origin: "http://office.example", world: time.world))
    }

    /// Writes a note that must be accepted.
    @discardableResult
    func note(_ scope: Scope, _ client: ClientID, _ text: String) async throws -> TimelineEntry {
        try await recorded(scope, client, TimelineDraft(kind: .note, body: text))
    }

    /// Writes an entry that must be accepted.
    func recorded(_ scope: Scope, _ client: ClientID, _ draft: TimelineDraft) async throws -> TimelineEntry {
        let outcome = try await timeline.record(scope, client, draft)
        guard case .done(let entry) = outcome else {
            Issue.record("not recorded: \(outcome)")
            throw Unexpected()
        }
        return entry
    }

    /// A line of a timeline.
    struct Line: Equatable {
        let id: String?
        let kind: String
        let body: String
        let detail: String
        let field: String?
        let new: String?
    }

    /// The lines of a client's timeline.
    func lines(_ scope: Scope, _ client: ClientID, kind: String? = nil, limit: Int = 20) async throws -> [Line] {
        guard case .page(let json, _, _, _) = try await timeline.page(scope, client, kind: kind, limit: limit) else {
            throw Unexpected()
        }
        return try Self.lines(json)
    }

    static func lines(_ json: JSONWriter) throws -> [Line] {
        try objects(json).map { line in
            let detail = try line["detail"].map {
                String(decoding: try JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys]), as: UTF8.self)
            }
            let change = line["change"] as? [String: Any]
            return Line(
                id: line["id"] as? String, kind: line["kind"] as? String ?? "", body: line["body"] as? String ?? "",
                detail: detail ?? "", field: change?["field"] as? String, new: change?["new"] as? String)
        }
    }

    /// The objects that `json` holds one after the other.
    static func objects(_ json: JSONWriter) throws -> [[String: Any]] {
        let text = "[" + String(decoding: json.bytes, as: UTF8.self) + "]"
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    }

    /// What is known of the contacts with a client.
    func contact(_ client: ClientID) async throws -> (first: Timestamp?, last: Timestamp?, answer: Timestamp?) {
        let row = try await database.rows("SELECT * FROM client_contact WHERE client_id = \(client)").first
        return (
            try row?.optional("first_contact_at"), try row?.optional("last_contact_at"),
            try row?.optional("last_answer_at")
        )
    }
}
