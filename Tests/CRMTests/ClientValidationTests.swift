import Accounts
import CRM
import Core
import Identity
import Storage
import TestSupport
import Testing

@Suite struct `what a client may hold` {
    @Test(arguments: DatabaseKind.available)
    func `every problem of a draft is told at once and nothing is written`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var draft = ClientDraft(firstName: String(repeating: "é", count: 101), lastName: "A\u{0}B")
            draft.emails = [
                ContactPoint(value: "a@example.com"), ContactPoint(value: "not an address", type: "a\u{1B}"),
            ]
            draft.phones = [ContactPoint(value: "12")]
            draft.addresses = [PostalAddress(), PostalAddress(city: "A\nB")]
            draft.stage = "  "
            draft.source = String(repeating: "s", count: 101)
            draft.tags = ["ok", "", "\u{7}"]
            draft.price = -1
            draft.background = "bell \u{7}"
            draft.assignedTo = office.time.world.identifier()
            draft.collaborators = [office.ben.userID, office.time.world.identifier()]
            guard case .invalid(let problems) = try await office.book.create(office.owner, draft) else {
                Issue.record("accepted")
                return
            }
            let told = Set(problems.map { "\($0.field) \($0.code.rawValue)" })
            #expect(
                told == [
                    "firstName too_long", "lastName invalid_characters", "emails[1].type invalid_characters",
                    "emails[1].value invalid_email", "phones[0].value invalid_phone", "addresses[0] required",
                    "addresses[1].city invalid_characters", "stage required", "source too_long", "tags[1] required",
                    "tags[2] invalid_characters", "price out_of_range", "background invalid_characters",
                    "assignedTo unknown_account", "collaborators[1] unknown_account",
                ])
            #expect(problems.count == told.count)
            #expect(problems.allSatisfy { !$0.message.isEmpty })
            #expect(try await office.page(office.owner).total == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `lists are capped, and a thousand bad entries make few problems`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var draft = ClientDraft(firstName: "Jane")
            draft.emails = (0..<1000).map { _ in ContactPoint(value: "x") }
            draft.phones = (0..<21).map { ContactPoint(value: "512 555 01\($0 + 10)") }
            draft.addresses = (0..<11).map { PostalAddress(city: "City \($0)") }
            draft.tags = (0..<51).map { "tag \($0)" }
            draft.collaborators = (0..<21).map { _ in office.time.world.identifier() }
            guard case .invalid(let problems) = try await office.book.create(office.owner, draft) else {
                Issue.record("accepted")
                return
            }
            let tooMany = problems.filter { $0.code == .tooMany }.map(\.field)
            #expect(tooMany == ["emails", "phones", "addresses", "tags", "collaborators"])
            #expect(problems.count == 5 + 20 + 20)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a client is known by something`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            guard case .invalid(let problems) = try await office.book.create(office.ana, ClientDraft(firstName: " "))
            else {
                Issue.record("accepted")
                return
            }
            #expect(problems.map(\.code) == [.required])
            var draft = ClientDraft()
            draft.phones = [ContactPoint(value: "512 555 0100")]
            guard case .created(let client) = try await office.book.create(office.ana, draft) else {
                Issue.record("refused")
                return
            }
            #expect(client.stage == "Leads")
            var patch = ClientPatch()
            patch.phones = .clear
            patch.stage = .clear
            guard case .invalid(let more) = try await office.book.patch(office.ana, client.id, patch) else {
                Issue.record("emptied")
                return
            }
            #expect(Set(more.map(\.field)) == ["firstName", "stage"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the longest values are stored whole`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let wide = String(repeating: "😀", count: 100)
            let client = try await office.client(office.ana, wide, wide) {
                $0.tags = (0..<50).map { "\($0)" + String(repeating: "é", count: 48) }
                $0.background = String(repeating: "\u{1F3E0}", count: 20_000)
                $0.price = 1_000_000_000_000
                $0.emails = (0..<20).map {
                    ContactPoint(
                        value: String(repeating: "a", count: 60) + "\($0)@" + String(repeating: "b.", count: 90) + "com"
                    )
                }
                $0.phones = (10..<30).map { ContactPoint(value: "+1 (512) 555-01\($0) ext. 123456") }
                $0.addresses = (0..<10).map { PostalAddress(street: "\($0)", city: wide) }
            }
            #expect(client.lastName == wide)
            #expect(try client.tags.elements().count == 50)
            #expect(try client.emails.elements().count == 20)
            #expect(try client.phones.elements().count == 20)
            #expect(try await office.page(office.ana) { $0.sort = .lastName }.clients == [client])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `nobody is assigned to, or shared with, who cannot sign in`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let kept = try await office.client(office.owner, "Kept") { $0.assignedTo = office.ben.userID }
            try await office.database.transaction { session in
                _ = try session.changes("UPDATE account SET status = 'disabled' WHERE id = \(office.ben.userID)")
            }
            var draft = ClientDraft(firstName: "Jane")
            draft.assignedTo = office.ben.userID
            draft.collaborators = [office.ben.userID]
            guard case .invalid(let problems) = try await office.book.create(office.owner, draft) else {
                Issue.record("accepted")
                return
            }
            #expect(problems.map(\.code) == [.unknownAccount, .unknownAccount])
            // What was assigned before stays editable until somebody hands it over.
            var patch = ClientPatch()
            patch.background = .set("Still here")
            guard case .patched = try await office.book.patch(office.owner, kept.id, patch) else {
                Issue.record("a client of a disabled account cannot be edited")
                return
            }
        }
    }
}
