import Accounts
import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `the history of a client` {
    @Test(arguments: DatabaseKind.available)
    func `tells each field's old and new value, who changed it, when and how`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana, "Jane", "Doe") { $0.price = 400_000 }
            office.time.advance(by: .minutes(1))
            var patch = ClientPatch()
            patch.firstName = .set("Joan")
            patch.price = .clear
            _ = try await office.patched(office.owner, client.id, patch)
            let history = try await office.history(office.ana, client.id)
            #expect(history.map(\.field) == ["price", "firstName", "created"])
            #expect(history.map(\.version) == [2, 2, 1])
            #expect(history[0].old == "400000" && history[0].new == nil)
            #expect(history[1].old == #""Jane""# && history[1].new == #""Joan""#)
            #expect(
                history.map(\.userID)
                    == [office.owner.userID, office.owner.userID, office.ana.userID].map(\.description))
            #expect(Set(history.map(\.way)) == ["person"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is for whoever sees the client, and for nobody else`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            for scope in [office.ben, office.lender] {
                guard case .notFound = try await office.book.historyJSON(scope, client.id) else {
                    Issue.record("\(scope.role) reads it")
                    continue
                }
            }
            guard case .notFound = try await office.book.historyJSON(office.owner, office.time.world.identifier())
            else {
                throw Office.Unexpected()
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `comes in pages that lose nothing, with a cursor that counts for one reader and one client`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            for number in 0..<6 {
                var patch = ClientPatch()
                patch.timeFrame = .set("\(number)")
                patch.source = .set("s\(number)")
                _ = try await office.patched(office.ana, client.id, patch)
            }
            var cursor: String?
            var fields: [String] = []
            repeat {
                let outcome = try await office.book.historyJSON(office.ana, client.id, limit: 4, cursor: cursor)
                guard case .page(let json, _, let next) = outcome else { throw Office.Unexpected() }
                fields += try Office.changes(json).map { "\($0.version) \($0.field)" }
                cursor = next
            } while cursor != nil
            let expected = (2...7).reversed().flatMap { ["\($0) timeFrame", "\($0) source"] } + ["1 created"]
            #expect(fields == expected)
            guard case .page(_, _, let next) = try await office.book.historyJSON(office.ana, client.id, limit: 1) else {
                throw Office.Unexpected()
            }
            let other = try await office.client(office.ana)
            for (scope, id) in [(office.owner, client.id), (office.ana, other.id)] {
                guard case .invalidCursor = try await office.book.historyJSON(scope, id, cursor: next) else {
                    Issue.record("a cursor of somebody else counts")
                    continue
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `says when somebody left that a client was handed over`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            try await office.database.transaction { session in
                _ = try office.book.handOver(
                    from: office.ana.userID, to: office.ben.userID, at: office.time.world.now(), in: session)
            }
            let history = try await office.history(office.ben, client.id)
            #expect(history.first?.field == "assignedTo")
            #expect(history.first?.way == "hand_over")
        }
    }
}

@Suite struct `the trash` {
    private func trashed(_ office: Office, _ scope: Scope) async throws -> [String] {
        guard case .page(let json, _) = try await office.book.trashJSON(scope, limit: 100) else {
            throw Office.Unexpected()
        }
        return try Office.objects(json).compactMap { $0["firstName"] as? String }
    }

    @Test(arguments: DatabaseKind.available)
    func `gives a client back as it was, to whom it was`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana, "Jane") {
                $0.collaborators = [office.lender.userID]
                $0.emails = [ContactPoint(value: "jane@example.com")]
            }
            #expect(try await office.book.delete(office.ana, client.id, proof: office.proof(office.ana)) == .deleted)
            #expect(try await office.names(office.owner, search: "jane") == [])
            #expect(try await trashed(office, office.ana) == ["Jane"])
            #expect(try await trashed(office, office.owner) == ["Jane"])
            for scope in [office.ben, office.lender] {
                #expect(try await trashed(office, scope) == [])
                #expect(try await office.book.restore(scope, client.id) == .notFound)
            }
            guard case .restored(let back) = try await office.book.restore(office.ana, client.id) else {
                throw Office.Unexpected()
            }
            #expect(back.version == 3)
            #expect(back.emails == client.emails && back.collaborators == client.collaborators)
            for scope in [office.ana, office.owner, office.lender] {
                #expect(try await office.names(scope, search: "jane@example.com") == ["Jane"])
                #expect(try await office.page(scope).total == 1)
            }
            #expect(try await office.history(office.ana, client.id).map(\.field) == ["restored", "trashed", "created"])
            #expect(try await office.book.restore(office.ana, client.id) == .notFound)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps a client for thirty days, and then nothing is left of it`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<3 {
                let client = try await office.client(office.ana, "C\(number)") { $0.tags = ["a"] }
                #expect(
                    try await office.book.delete(office.ana, client.id, proof: office.proof(office.ana)) == .deleted)
                office.time.advance(by: .hours(1))
            }
            office.time.advance(by: .hours(24 * 30 - 2) - .minutes(1))
            #expect(try await office.book.purgeTrash() == 1)
            #expect(try await trashed(office, office.ana) == ["C2", "C1"])
            office.time.advance(by: .hours(3))
            #expect(try await office.book.purgeTrash() == 2)
            for table in ["client", "client_match", "client_change", "client_reader"] {
                let rows = try await office.database.rows(SQL(stringLiteral: "SELECT COUNT(*) AS n FROM \(table)"))
                #expect(try rows.first?.get("n", as: Int.self) == 0, "\(table)")
            }
        }
    }
}
