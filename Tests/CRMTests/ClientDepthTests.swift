import Accounts
import CRM
import Core
import TestSupport
import Testing

@Suite struct `a client in depth` {
    @Test(arguments: DatabaseKind.available)
    func `keeps what is known of somebody, and gives it back as it was`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let closing = try #require(PartialDate("2019-06-30"))
            let client = try await office.client(office.ana) {
                $0.price = 300_000
                $0.priceMax = 450_000
                $0.timeFrame = " in spring "
                $0.birthday = "--02-29"
                $0.anniversaries = [Anniversary(label: "closing", date: closing)]
                $0.relationships = [Relationship(kind: "spouse", name: "Jon Doe")]
            }
            let details = try client.details.value()
            #expect(details.priceMax == 450_000)
            #expect(details.timeFrame == "in spring")
            #expect(details.birthday?.text == "--02-29")
            #expect(details.anniversaries.map(\.date.text) == ["2019-06-30"])
            #expect(details.relationships == [Relationship(kind: "spouse", name: "Jon Doe")])
            #expect(try await office.book.get(office.ana, client.id) == .found(client))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a number is kept as typed and as it is dialled from anywhere, with its extension`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) {
                $0.phones = [
                    ContactPoint(value: "(512) 555-0143 ext. 12"), ContactPoint(value: "+44 (0)20 7946 0958"),
                    ContactPoint(value: "555-0199"),
                ]
            }
            let phones = try client.phones.elements()
            #expect(phones.map(\.value) == ["(512) 555-0143 ext. 12", "+44 (0)20 7946 0958", "555-0199"])
            #expect(phones.map(\.e164) == ["+15125550143", "+442079460958", nil])
            #expect(phones.map(\.extensionDigits) == ["12", nil, nil])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a decision about being reached is kept with who, when and from what, and the one before stays in the history`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            var patch = ClientPatch()
            patch.doNotText = .set(true)
            patch.consentSource = .set("reply STOP")
            office.time.advance(by: .minutes(5))
            let asked = office.time.world.now()
            let stopped = try await office.patched(office.ana, client.id, patch)
            let decision = try #require(try stopped.details.value().consent.first)
            #expect(decision.channel == .text && decision.isRefused)
            #expect(decision.at == asked && decision.by == office.ana.userID && decision.source == "reply STOP")
            // To say it again is no new decision.
            office.time.advance(by: .minutes(5))
            #expect(try await office.patched(office.owner, client.id, patch) == stopped)
            patch.doNotText = .set(false)
            patch.consentSource = .set("by phone")
            let allowed = try await office.patched(office.owner, client.id, patch)
            #expect(try allowed.details.value().refuses(.text) == false)
            let history = try await office.history(office.ana, client.id)
            #expect(history.filter { $0.field == "consent" }.count == 2)
            #expect(history.contains { $0.field == "consent" && $0.old?.contains("reply STOP") == true })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a relationship names a client that one sees, and no other`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let mine = try await office.client(office.ana, "Ann", "Mine")
            let theirs = try await office.client(office.ben, "Bob", "Theirs")
            let nobody: ClientID = office.time.world.identifier()
            var patch = ClientPatch()
            for other in [theirs.id, nobody] {
                patch.relationships = .set([Relationship(kind: "spouse", name: "", clientID: other)])
                let outcome = try await office.book.patch(office.ana, mine.id, patch)
                guard case .invalid(let problems) = outcome else {
                    Issue.record("accepted")
                    return
                }
                #expect(problems.map(\.code) == [.unknownClient])
                #expect(problems.map(\.field) == ["relationships[0].clientId"])
            }
            patch.relationships = .set([Relationship(kind: "spouse", name: "", clientID: mine.id)])
            guard case .invalid = try await office.book.patch(office.owner, mine.id, patch) else {
                Issue.record("a client is their own spouse")
                return
            }
            patch.relationships = .set([Relationship(kind: "spouse", name: "", clientID: theirs.id)])
            let related = try await office.patched(office.owner, mine.id, patch)
            #expect(try related.details.value().relationships.map(\.name) == ["Bob Theirs"])
            // Ana, who does not see Bob, may still change what else there is.
            var other = ClientPatch()
            other.timeFrame = .set("soon")
            _ = try await office.patched(office.ana, mine.id, other)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what cannot be is refused by its name`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) { $0.price = 500_000 }
            var patch = ClientPatch()
            patch.priceMax = .set(400_000)
            patch.birthday = .set("2023-02-29")
            patch.stage = .set("Nowhere")
            patch.customFields = .set(["none": .text("x")])
            patch.relationships = .set([Relationship(kind: "", name: "")])
            guard case .invalid(let problems) = try await office.book.patch(office.ana, client.id, patch) else {
                Issue.record("accepted")
                return
            }
            #expect(
                Set(problems.map(\.field)) == [
                    "priceMax", "birthday", "stage", "customFields.none", "relationships[0].kind",
                    "relationships[0].name",
                ])
        }
    }
}
