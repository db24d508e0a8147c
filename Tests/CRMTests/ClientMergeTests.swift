import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

extension Office {
    /// Merges two clients; the merge must be accepted.
    @discardableResult
    func merged(
        _ scope: Scope, _ winner: ClientID, with loser: ClientID
    ) async throws -> (client: Client, merge: MergeID) {
        let outcome = try await book.merge(scope, winner, with: loser)
        guard case .merged(let client, let record) = outcome else {
            Issue.record("not merged: \(outcome)")
            throw Unexpected()
        }
        return (client, record.id)
    }

    /// Takes a merge back; that must be accepted.
    @discardableResult
    func unmerged(
        _ scope: Scope, _ merge: MergeID
    ) async throws -> (client: Client, parted: Client, kept: [String]) {
        let outcome = try await book.undoMerge(scope, merge)
        guard case .undone(let client, let parted, let kept) = outcome else {
            Issue.record("not undone: \(outcome)")
            throw Unexpected()
        }
        return (client, parted, kept)
    }

    func found(_ scope: Scope, _ id: ClientID) async throws -> Client {
        guard case .found(let client) = try await book.get(scope, id) else { throw Unexpected() }
        return client
    }

    /// What the history of a client tells of values that had no place, by field.
    func left(_ scope: Scope, _ id: ClientID) async throws -> [String: String?] {
        let changes = try await history(scope, id).filter { $0.field.hasPrefix("merged.") }
        return Dictionary(changes.map { ($0.field, $0.old) }, uniquingKeysWith: { first, _ in first })
    }
}

@Suite struct `a merge` {
    @Test(arguments: DatabaseKind.available)
    func `puts the other's entries into the lists and its values into the empty fields`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let day = try #require(PartialDate("2019-06-30"))
            let jane = try await office.client(office.ana, "Jane", "Doe") {
                $0.emails = [ContactPoint(value: "jane@example.com", type: "home")]
                $0.phones = [ContactPoint(value: "512 555 0143")]
                $0.tags = ["VIP"]
                $0.birthday = "--04-12"
                $0.background = "Likes gardens."
            }
            let other = try await office.client(office.ana, "Jane", "Doe") {
                $0.emails = [
                    ContactPoint(value: "JANE@example.com", type: "home"), ContactPoint(value: "j@work.example"),
                ]
                $0.phones = [ContactPoint(value: "512 555 0144", type: "mobile", isPrimary: true)]
                $0.addresses = [PostalAddress(street: "12 Elm St", city: "Austin")]
                $0.tags = ["vip", "Buyer"]
                $0.collaborators = [office.lender.userID]
                $0.source = "Website"
                $0.price = 300_000
                $0.priceMax = 450_000
                $0.timeFrame = "in spring"
                $0.birthday = "1985-04-12"
                $0.background = "Has two dogs."
                $0.anniversaries = [Anniversary(label: "closing", date: day)]
                $0.relationships = [Relationship(kind: "spouse", name: "Jon Doe")]
                $0.doNotCall = true
                $0.consentSource = "by phone"
            }
            let (one, merge) = try await office.merged(office.ana, jane.id, with: other.id)
            #expect(one.id == jane.id)
            #expect(try one.emails.elements().map(\.value) == ["jane@example.com", "j@work.example"])
            #expect(try one.emails.elements().map(\.isPrimary) == [true, false])
            #expect(try one.phones.elements().map(\.value) == ["512 555 0143", "512 555 0144"])
            #expect(try one.phones.elements().map(\.isPrimary) == [true, false])
            #expect(one.addresses == other.addresses)
            #expect(try one.tags.elements() == ["VIP", "Buyer"])
            #expect(one.collaborators == other.collaborators)
            #expect(one.source == "Website" && one.price == 300_000)
            #expect(one.background == "Likes gardens.\n\nHas two dogs.")
            let details = try one.details.value()
            #expect(details.priceMax == 450_000 && details.timeFrame == "in spring")
            #expect(details.birthday?.text == "1985-04-12")
            #expect(details.anniversaries.map(\.label) == ["closing"])
            #expect(details.relationships.map(\.name) == ["Jon Doe"])
            #expect(details.refuses(.call) && details.consent.map(\.source) == ["by phone"])
            #expect(try await office.left(office.ana, one.id) == ["merged.tags": #"["vip"]"#])
            let changes = try await office.history(office.ana, one.id).filter { $0.version == one.version }
            #expect(changes.allSatisfy { $0.way == "merge" || $0.way == "person" })
            #expect(changes.contains { $0.field == "merged" && $0.new == "\"\(other.id)\"" })
            let origins = try await office.database.rows(
                "SELECT COUNT(*) AS n FROM client_change WHERE origin_id = \(merge)")
            #expect(try origins.first?.get("n", as: Int.self) ?? 0 > 5)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `writes into the history what the winner has otherwise already`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let fields = CustomFieldList(database: office.database, world: office.time.world)
            _ = try await fields.create(office.owner, name: "Car", kind: .text, choices: [])
            let jane = try await office.client(office.owner, "Jane", "Doe") {
                $0.stage = "Buyers"
                $0.source = "Website"
                $0.assignedTo = office.ana.userID
                $0.price = 300_000
                $0.birthday = "1985-04-12"
                $0.timeFrame = "in spring"
                $0.phones = [ContactPoint(value: "(512) 555-0143", type: "mobile")]
                $0.customFields = ["car": .text("Ford")]
            }
            let other = try await office.client(office.owner, "Janet", "Doe") {
                $0.source = "Zillow"
                $0.assignedTo = office.ben.userID
                $0.price = 250_000
                $0.priceMax = 450_000
                $0.birthday = "1986-04-12"
                $0.timeFrame = "soon"
                $0.phones = [ContactPoint(value: "+1 512.555.0143", type: "work")]
                $0.customFields = ["car": .text("VW")]
            }
            let (one, _) = try await office.merged(office.owner, jane.id, with: other.id)
            #expect(one.firstName == "Jane" && one.stage == "Buyers" && one.source == "Website")
            #expect(one.price == 300_000 && one.assignedTo == office.ana.userID)
            #expect(try one.details.value().priceMax == nil)
            #expect(try one.collaborators.elements() == [office.ben.userID])
            #expect(try await office.book.get(office.ben, one.id) == .found(one))
            let left = try await office.left(office.owner, one.id)
            #expect(left["merged.firstName"] == #""Janet""#)
            #expect(left["merged.stage"] == #""Leads""#)
            #expect(left["merged.source"] == #""Zillow""#)
            #expect(left["merged.assignedTo"] == "\"\(office.ben.userID)\"")
            #expect(left["merged.price"] == "250000" && left["merged.priceMax"] == "450000")
            #expect(left["merged.birthday"] == #""1986-04-12""#)
            #expect(left["merged.timeFrame"] == #""soon""#)
            #expect(left["merged.phones"]??.contains("512.555.0143") == true)
            #expect(left["merged.customFields.car"] == #""VW""#)
            #expect(left["merged.lastName"] == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `lets a refusal win, whenever it was, and keeps each decision`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana, "Jane")
            let other = try await office.client(office.ana, "Jane") { $0.doNotCall = true }
            var patch = ClientPatch()
            patch.doNotText = .set(true)
            patch.doNotCall = .set(true)
            _ = try await office.patched(office.ana, jane.id, patch)
            office.time.advance(by: .hours(1))
            patch = ClientPatch()
            patch.doNotCall = .set(false)
            patch.consentSource = .set("changed her mind")
            _ = try await office.patched(office.ana, jane.id, patch)
            let (one, _) = try await office.merged(office.ana, jane.id, with: other.id)
            let details = try one.details.value()
            #expect(details.refuses(.call) && details.refuses(.text) && !details.refuses(.mail))
            let change = try await office.history(office.ana, one.id).first { $0.field == "consent" }
            #expect(change?.old?.contains("changed her mind") == true)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps what a list has no room for in the history, and the list can be sent back as it is`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            func many(_ name: String) async throws -> Client {
                try await office.client(office.ana, "Jane") { draft in
                    draft.emails = (0..<15).map { ContactPoint(value: "\(name)\($0)@example.com") }
                    draft.phones = (0..<15).map {
                        ContactPoint(value: "512 555 \(name == "a" ? 1000 + $0 : 2000 + $0)")
                    }
                    draft.addresses = (0..<8).map { PostalAddress(street: "\($0) \(name) Street") }
                    draft.tags = (0..<40).map { "\(name)\($0)" }
                    draft.relationships = (0..<15).map { Relationship(kind: "friend", name: "\(name)\($0)") }
                    draft.anniversaries = (1...8).compactMap { day in
                        PartialDate(month: name == "a" ? 1 : 2, day: day).map { Anniversary(label: name, date: $0) }
                    }
                    draft.background = String(repeating: name, count: 15_000)
                }
            }
            let (one, other) = (try await many("a"), try await many("b"))
            let (merged, _) = try await office.merged(office.ana, one.id, with: other.id)
            let left = try await office.left(office.ana, one.id)
            #expect(try merged.emails.elements().count == 20)
            for number in 0..<15 {
                let address = "b\(number)@example.com"
                let isThere =
                    merged.emails.json.contains(address) != (left["merged.emails"]??.contains(address) ?? false)
                #expect(isThere, "\(address)")
                let tag = "\"b\(number)\""
                #expect(merged.tags.json.contains(tag) != (left["merged.tags"]??.contains(tag) ?? false), "\(tag)")
            }
            #expect(left["merged.background"]??.count == 15_002)
            #expect(left["merged.addresses"] != nil && left["merged.relationships"] != nil)
            #expect(left["merged.anniversaries"] != nil && left["merged.phones"] != nil)
            var patch = ClientPatch()
            patch.emails = .set(try merged.emails.elements())
            patch.phones = .set(try merged.phones.elements())
            patch.addresses = .set(try merged.addresses.elements())
            patch.tags = .set(try merged.tags.elements())
            patch.relationships = .set(try merged.details.value().relationships)
            patch.anniversaries = .set(try merged.details.value().anniversaries)
            patch.background = .set(merged.background)
            #expect(try await office.patched(office.ana, one.id, patch).version == merged.version)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `has no relationship point at itself, and those of others at the winner`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana, "Jane")
            let other = try await office.client(office.ana, "Janet") {
                $0.relationships = [
                    Relationship(kind: "sister", name: "", clientID: jane.id),
                    Relationship(kind: "spouse", name: "Jon"),
                ]
            }
            var patch = ClientPatch()
            patch.relationships = .set([Relationship(kind: "sister", name: "Janet", clientID: other.id)])
            _ = try await office.patched(office.ana, jane.id, patch)
            let friend = try await office.client(office.ben, "Fred")
            patch.relationships = .set([
                Relationship(kind: "referred by", name: "Janet", clientID: other.id),
                Relationship(kind: "knows", name: "Jane", clientID: jane.id),
            ])
            _ = try await office.patched(office.owner, friend.id, patch)
            let (one, merge) = try await office.merged(office.ana, jane.id, with: other.id)
            #expect(try one.details.value().relationships.map(\.name) == ["Jon"])
            #expect(try await office.left(office.ana, one.id)["merged.relationships"]??.contains("sister") == true)
            let relations = try await office.found(office.ben, friend.id).details.value().relationships
            #expect(relations.map(\.clientID) == [jane.id, jane.id])
            #expect(relations.map(\.kind) == ["referred by", "knows"])
            #expect(try await office.history(office.ben, friend.id).first?.way == "merge")
            _ = try await office.unmerged(office.ana, merge)
            let back = try await office.found(office.ben, friend.id).details.value().relationships
            #expect(back.first { $0.kind == "referred by" }?.clientID == other.id)
            #expect(back.first { $0.kind == "knows" }?.clientID == jane.id)
            let sisters = [
                try await office.found(office.ana, jane.id), try await office.found(office.ana, other.id),
            ]
            for (sister, name) in zip(sisters, [other.id, jane.id]) {
                #expect(try sister.details.value().relationships.contains { $0.clientID == name })
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `answers by both identities, also after a chain of merges, and once the loser is removed`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let ids = try await [
                office.client(office.ana, "A").id, office.client(office.ana, "B").id, office.client(office.ana, "C").id,
            ]
            _ = try await office.merged(office.ana, ids[1], with: ids[0])
            let (last, _) = try await office.merged(office.ana, ids[2], with: ids[1])
            for id in ids { #expect(try await office.book.get(office.ana, id) == .found(last)) }
            var patch = ClientPatch()
            patch.source = .set("by the first id")
            let patched = try await office.patched(office.ana, ids[0], patch)
            #expect(patched.id == ids[2] && patched.source == "by the first id")
            // A relationship that somebody gives by an old identity leads to the winner, and never to the client itself.
            let friend = try await office.client(office.ana, "F") {
                $0.relationships = [Relationship(kind: "knows", name: "", clientID: ids[0])]
            }
            #expect(try friend.details.value().relationships.first?.clientID == ids[2])
            patch = ClientPatch()
            patch.relationships = .set([Relationship(kind: "knows", name: "", clientID: ids[1])])
            guard case .invalid = try await office.book.patch(office.ana, ids[2], patch) else {
                throw Office.Unexpected()
            }
            office.time.advance(by: .hours(24 * 30 + 1))
            #expect(try await office.book.purgeTrash() == 2)
            #expect(try await office.book.get(office.ana, ids[0]) == .found(patched))
            let fields = try await office.history(office.ana, ids[1]).map(\.field)
            #expect(fields.filter { $0 == "created" }.count == 3)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `leaves the loser in no list, search, total, trash, export or report of matches`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana, "Jane") { $0.stage = "Buyers" }
            let other = try await office.client(office.ana, "Loser") {
                $0.emails = [ContactPoint(value: "loser@example.com")]
            }
            _ = try await office.merged(office.ana, jane.id, with: other.id)
            for scope in [office.ana, office.owner] {
                #expect(try await office.page(scope).clients.map(\.id) == [jane.id])
                #expect(try await office.page(scope).total == 1)
                #expect(try await office.page(scope) { $0.stage = "Leads" }.total == 0)
                #expect(try await office.page(scope) { $0.search = "loser@example" }.clients.map(\.id) == [jane.id])
                guard case .page(let trash, _) = try await office.book.trashJSON(scope) else {
                    throw Office.Unexpected()
                }
                #expect(trash.bytes.isEmpty)
                #expect(try await office.book.restore(scope, other.id) == .notFound)
                #expect(
                    try await office.book.delete(scope, other.id, proof: office.proof(scope)) == .notFound)
            }
            let draft = ClientDraft(firstName: "X")
            var double = draft
            double.emails = [ContactPoint(value: "loser@example.com")]
            guard case .possibleDuplicate(let matches) = try await office.book.create(office.ana, double) else {
                throw Office.Unexpected()
            }
            #expect(matches.map(\.id) == [jane.id])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `gives no version that one of the two ever had`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana, "Jane")
            var other = try await office.client(office.ana, "Janet")
            for number in 1...5 {
                var patch = ClientPatch()
                patch.timeFrame = .set("\(number)")
                other = try await office.patched(office.ana, other.id, patch)
            }
            let (one, merge) = try await office.merged(office.ana, jane.id, with: other.id)
            #expect(one.version == other.version + 1)
            // Who still holds the loser at one of its versions is told, and not led to write over the winner.
            let outcome = try await office.book.patch(
                office.ana, other.id, ClientPatch(), expectedVersions: [other.version])
            #expect(outcome == .versionMismatch(current: one.version))
            let (_, parted, _) = try await office.unmerged(office.ana, merge)
            #expect(parted.version > one.version)
        }
    }
}
