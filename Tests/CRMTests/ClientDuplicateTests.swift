import CRM
import Core
import Identity
import TestSupport
import Testing

@Suite struct `possible duplicates` {
    private static func draft(_ first: String, _ last: String, email: String? = nil, phone: String? = nil)
        -> ClientDraft
    {
        var draft = ClientDraft(firstName: first, lastName: last)
        draft.emails = email.map { [ContactPoint(value: $0)] }
        draft.phones = phone.map { [ContactPoint(value: $0)] }
        return draft
    }

    @Test(arguments: DatabaseKind.available)
    func `the same address, or the same number and name, is shown instead of written`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let jose = try await office.client(office.ana, "José", "Peña") {
                $0.emails = [ContactPoint(value: "jose@example.com")]
                $0.phones = [ContactPoint(value: "(512) 555-0123")]
            }
            let doubles = [
                Self.draft("Somebody", "Else", email: "JOSE@example.com"),
                Self.draft("jose", "PENA", phone: "+1 512.555.0123 x9"),
                Self.draft("jose", "PENA", email: "jose@example.com", phone: "512-555-0123"),
            ]
            for double in doubles {
                #expect(try await office.book.create(office.ana, double) == .possibleDuplicate([jose]))
            }
            #expect(try await office.page(office.ana).total == 1)
            let others = [
                Self.draft("Maria", "Peña", phone: "(512) 555-0123"), Self.draft("José", "Peña"),
                Self.draft("José", "Peña", email: "other@example.com", phone: "512 555 0124"),
            ]
            for other in others {
                guard case .created = try await office.book.create(office.ana, other) else {
                    Issue.record("taken for a duplicate")
                    return
                }
            }
            guard case .created = try await office.book.create(office.ana, doubles[0], force: true) else {
                Issue.record("force did not go on")
                return
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a colleague's client is not told of, and owner and admin hear of all`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let hers = try await office.client(office.ana) { $0.emails = [ContactPoint(value: "jane@example.com")] }
            let double = Self.draft("Jane", "Doe", email: "jane@example.com")
            guard case .created(let his) = try await office.book.create(office.ben, double) else {
                Issue.record("an agent learnt of a colleague's client")
                return
            }
            guard case .possibleDuplicate(let matches) = try await office.book.create(office.admin, double) else {
                Issue.record("no warning")
                return
            }
            #expect(Set(matches) == [hers, his])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an address that a patch brought or took counts at once`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) { $0.emails = [ContactPoint(value: "old@example.com")] }
            var patch = ClientPatch()
            patch.emails = .set([ContactPoint(value: "new@example.com")])
            _ = try await office.book.patch(office.ana, client.id, patch)
            guard
                case .possibleDuplicate = try await office.book.create(
                    office.ana, Self.draft("A", "B", email: "new@example.com")),
                case .created = try await office.book.create(office.ana, Self.draft("A", "B", email: "old@example.com"))
            else {
                Issue.record("the index of addresses lags behind")
                return
            }
        }
    }
}
