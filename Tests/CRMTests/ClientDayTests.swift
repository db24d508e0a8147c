import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `days of clients` {
    @Test(arguments: DatabaseKind.available)
    func `are there for each reader, and go with the reach and with the client`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let closing = Anniversary(label: "closing", date: try #require(PartialDate("--12-31")))
            let client = try await office.client(office.ana) {
                $0.birthday = "1980-02-29"
                $0.collaborators = [office.ben.userID]
                $0.anniversaries = [closing]
            }
            let all = ["1231 – anniversary closing", "229 1980 birthday "]
            for scope in [office.ana, office.ben, office.owner] { #expect(try await days(office, scope) == all) }
            #expect(try await days(office, office.lender).isEmpty)
            var patch = ClientPatch()
            patch.collaborators = .set([])
            patch.anniversaries = .set([])
            patch.birthday = .set("1981-03-01")
            _ = try await office.patched(office.ana, client.id, patch)
            for scope in [office.ana, office.owner] { #expect(try await days(office, scope) == ["301 1981 birthday "]) }
            #expect(try await days(office, office.ben).isEmpty)
            _ = try await office.book.delete(office.owner, client.id, proof: try office.proof(office.owner))
            for scope in [office.ana, office.owner] { #expect(try await days(office, scope).isEmpty) }
            _ = try await office.book.restore(office.owner, client.id)
            #expect(try await days(office, office.ana) == ["301 1981 birthday "])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are the same when the upgrade makes them of the clients that there are`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let more = try ["2020-07-04", "--07-05"].map {
                Anniversary(label: "day \"\($0)\"", date: try #require(PartialDate($0)))
            }
            for (number, birthday) in ["1980-02-29", "--12-31", nil, "2001-01-01"].enumerated() {
                try await office.client(number == 3 ? office.owner : office.ana) {
                    $0.birthday = birthday
                    if number > 1 { $0.anniversaries = more }
                }
            }
            let written = try await dump(office)
            #expect(written.count == 11)
            let fill = try #require(ClientDays.migration.statements(for: office.database.dialect).last)
            try await office.database.transaction { session in
                try session.run("DELETE FROM client_day")
                try session.run(fill)
            }
            #expect(try await dump(office) == written)
        }
    }

    private func dump(_ office: Office) async throws -> [String] {
        try await office.database.rows(
            """
            SELECT client_id, user_id, position, month_day, COALESCE(year, 0) AS year, kind, label FROM client_day
            ORDER BY client_id, user_id, position
            """
        ).map { row in
            let (client, user): (ClientID, AccountID) = (try row.get("client_id"), try row.get("user_id"))
            let numbers: [Int] = [try row.get("position"), try row.get("month_day"), try row.get("year")]
            return
                "\(client) \(user) \(numbers) \(try row.get("kind", as: String.self)) \(try row.get("label", as: String.self))"
        }
    }

    private func days(_ office: Office, _ scope: Scope) async throws -> [String] {
        try await office.database.rows(ClientDays.coming(scope, in: [101...1231], limit: 100)).map { row in
            let year: Int? = try row.optional("year")
            let (kind, label): (String, String) = (try row.get("kind"), try row.get("label"))
            return "\(try row.get("month_day", as: Int.self)) \(year?.description ?? "–") \(kind) \(label)"
        }.sorted()
    }
}
