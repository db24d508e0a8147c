import Accounts
import CRM
import Core
import HTTPTypes
import Identity
import NIOCore
import SecurityEvents
import Storage
import TestSupport
import Testing

@testable import Web

@Suite struct `the right to be forgotten, and to know` {
    @Test(arguments: DatabaseKind.available)
    func `a client is erased with their history, and out of what others say of them`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let made = try await owner.post("/v1/clients", #"{"firstName":"Forget","lastName":"Menot"}"#)
            let id = try #require(made.string("id"))
            let spouse = try await owner.post(
                "/v1/clients", #"{"firstName":"Jon","relationships":[{"kind":"spouse","clientId":"\#(id)"}]}"#)
            let other = try #require(spouse.string("id"))
            #expect(spouse.text.contains("Forget Menot"))
            let changed = try await owner.send(
                .patch, "/v1/clients/\(other)",
                json: #"{"relationships":[{"kind":"ex","clientId":"\#(id)","name":"Forget Menot"}]}"#)
            #expect(changed.status == .ok)
            let agent = try await office.signedIn()
            #expect(try await agent.post("/v1/clients/\(id)/erase").code == "forbidden")
            let erased = try await owner.post("/v1/clients/\(id)/erase")
            #expect(erased.status == .ok && erased["namedByOthers"] == .integer(1), "\(erased.text)")
            #expect(try await owner.get("/v1/clients/\(id)").code == "not_found")
            #expect(try await owner.get("/v1/clients/trash").data.isEmpty)
            #expect(try await owner.get("/v1/clients?search=forget").data.isEmpty)
            #expect(try await owner.get("/v1/clients")["page", "total"] == .integer(1))
            for path in ["/v1/clients/\(other)", "/v1/clients/\(other)/history"] {
                #expect(try await !owner.get(path).text.contains("Menot"), "\(path)")
            }
            #expect(try await owner.post("/v1/clients/\(id)/erase").code == "not_found")
            let event = try #require(try await office.events(.clientErased).first)
            #expect(event.detailJSON.contains(id) && !event.detailJSON.contains("Menot"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a client in the trash is erased as well`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let id = try #require(try await owner.post("/v1/clients", #"{"firstName":"A"}"#).string("id"))
            #expect(try await owner.send(.delete, "/v1/clients/\(id)").status == .noContent)
            #expect(try await owner.post("/v1/clients/\(id)/erase").status == .ok)
            #expect(try await owner.get("/v1/clients/trash").data.isEmpty)
            #expect(try await owner.get("/v1/clients")["page", "total"] == .integer(0))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a client is erased with whoever was merged into them, by either identity`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let winner = try #require(try await owner.post("/v1/clients", #"{"firstName":"Winona"}"#).string("id"))
            let loser = try #require(
                try await owner.post("/v1/clients", #"{"firstName":"Lois","emails":[{"value":"l@x.example"}]}"#)
                    .string("id"))
            let spouse = try await owner.post(
                "/v1/clients", #"{"firstName":"Jon","relationships":[{"kind":"spouse","clientId":"\#(loser)"}]}"#)
            let other = try #require(spouse.string("id"))
            let inLaw = try #require(try await owner.post("/v1/clients", #"{"firstName":"Jonny"}"#).string("id"))
            let merged = try await owner.post("/v1/clients/\(winner)/merge", #"{"with":"\#(loser)"}"#)
            #expect(merged.status == .ok, "\(merged.text)")
            // The history of one that was merged is a copy, which names the client too.
            #expect(try await owner.post("/v1/clients/\(inLaw)/merge", #"{"with":"\#(other)"}"#).status == .ok)
            let erased = try await owner.post("/v1/clients/\(loser)/erase")
            #expect(erased.status == .ok && erased["namedByOthers"] == .integer(1), "\(erased.text)")
            for id in [winner, loser] {
                #expect(try await owner.get("/v1/clients/\(id)").code == "not_found")
                #expect(try await owner.post("/v1/clients/\(id)/erase").code == "not_found")
            }
            for path in ["/v1/clients/\(inLaw)", "/v1/clients/\(inLaw)/history", "/v1/clients/\(other)/history"] {
                let text = try await owner.get(path).text
                #expect(!text.contains("Lois") && !text.contains("Winona"), "\(path): \(text)")
            }
            let rows = try await office.gate.database.rows("SELECT id FROM client")
            #expect(rows.count == 2)
            #expect(try await office.gate.database.rows("SELECT client_id FROM client_relation").isEmpty)
            let left = try await office.gate.database.rows(
                "SELECT client_id FROM client_change WHERE new_value LIKE '%Lois%' OR old_value LIKE '%Lois%'")
            #expect(left.isEmpty)
            let event = try #require(try await office.events(.clientErased).first)
            #expect(event.detailJSON.contains(loser) && event.detailJSON.contains(winner))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a client is erased out of what imports keep, and out of those into whom they were once merged`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let file = """
                First Name,Last Name,Email,Birthday
                Lois,Menot,lois@x.example,
                ,,lois@x.example,3000-13-45
                Ann,Other,ann@x.example,
                """
            let begun = try await owner.send(
                .post, "/v1/clients/import", body: ByteBuffer(string: file), headers: ["Content-Type": "text/csv"])
            let imported = try #require(begun.string("import", "id"))
            while try await office.imports.workOnNext() {}
            #expect(try await owner.get("/v1/imports/\(imported)").text.contains("lois@x.example"))
            let id = try #require(try await owner.get("/v1/clients?search=menot").string("data", "0", "id"))
            let winner = try #require(try await owner.post("/v1/clients", #"{"firstName":"Winona"}"#).string("id"))
            let merged = try await owner.post("/v1/clients/\(winner)/merge", #"{"with":"\#(id)"}"#)
            let merge = try #require(merged.string("merge", "id"))
            #expect(try await owner.send(.patch, "/v1/clients/\(winner)", json: #"{"emails":[]}"#).status == .ok)
            #expect(try await owner.post("/v1/merges/\(merge)/undo").status == .ok)
            #expect(try await owner.post("/v1/clients/\(id)/erase").status == .ok)
            for path in [
                "/v1/imports/\(imported)", "/v1/imports/\(imported)/rejected", "/v1/clients/\(winner)/history",
            ] {
                let answer = try await owner.get(path)
                #expect(answer.status == .ok)
                #expect(!answer.text.contains("lois@x.example") && !answer.text.contains("Menot"), "\(answer.text)")
            }
            #expect(try await owner.get("/v1/clients/\(winner)").string("firstName") == "Winona")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whoever holds a client who named the erased one holds another version now`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let id = try #require(try await owner.post("/v1/clients", #"{"firstName":"Lois"}"#).string("id"))
            let spouse = try await owner.post(
                "/v1/clients", #"{"firstName":"Jon","relationships":[{"kind":"spouse","clientId":"\#(id)"}]}"#)
            let other = try #require(spouse.string("id"))
            let tag = try #require(spouse.header("ETag"))
            #expect(try await owner.post("/v1/clients/\(id)/erase").status == .ok)
            let again = try await owner.send(.get, "/v1/clients/\(other)", headers: ["If-None-Match": tag])
            #expect(again.status == .ok && !again.text.contains("Lois"))
            let late = try await owner.send(
                .patch, "/v1/clients/\(other)", json: #"{"firstName":"J"}"#, headers: ["If-Match": tag])
            #expect(late.code == "version_mismatch")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `somebody takes along what is kept of them, and nobody else's`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_REFRESH_MAX": "0"]) { office in
            let ana = try await office.signedIn("ana@office.example")
            _ = try await office.signedIn("ben@office.example")
            for _ in 0..<120 { #expect(try await ana.refresh().status == .ok) }
            let answer = try await ana.get("/v1/me/export")
            #expect(answer.status == .ok)
            #expect(answer.string("user", "email") == "ana@office.example")
            guard case .array(let events) = answer["events"] else {
                Issue.record("no events: \(answer.text.prefix(200))")
                return
            }
            #expect(events.count > 100)
            #expect(!answer.text.contains("ben@office.example"))
            office.clock.advance(by: .minutes(6))
            _ = try await ana.refresh()
            #expect(try await ana.get("/v1/me/export").code == "reauthentication_required")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `somebody who has left is forgotten, in the log as well, and nobody who is there`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let ana = try await office.signedIn("ana@office.example")
            let ben = try await office.hire("ben@office.example")
            let id = try #require(try await ana.get("/v1/auth/me").string("user", "id"))
            let client = try #require(try await ana.post("/v1/clients", #"{"firstName":"C"}"#).string("id"))
            let admin = try await office.signedIn("adam@office.example", role: .admin)
            #expect(try await ana.send(.delete, "/v1/users/\(id)").code == "forbidden")
            #expect(try await owner.send(.delete, "/v1/users/\(id)").code == "account_in_use")
            let left = try await owner.post("/v1/users/\(id)/leave", #"{"clientsTo":"\#(ben.id)"}"#)
            #expect(left.status == .ok)
            // What is not sealed yet cannot be blanked: the sealer runs a few times a second.
            let sealer = office.gate.audit.sealer()
            office.clock.advance(by: .minutes(1))
            while try await sealer.seal().sealed == Sealer.batch {}
            #expect(try await admin.send(.delete, "/v1/users/\(id)").status == .noContent)
            #expect(try await owner.get("/v1/users/\(id)").code == "not_found")
            #expect(try await owner.send(.delete, "/v1/users/\(id)").code == "not_found")
            let history = try await owner.get("/v1/clients/\(client)/history")
            #expect(history.text.contains(id), "what they did stays, under an identity that names nobody")
            let events = try await owner.get("/v1/security/events?userId=\(id)&limit=100")
            #expect(!events.data.isEmpty)
            #expect(!events.text.contains("127.0.0.1"), "\(events.text)")
            #expect(try await office.visitor().signIn("ana@office.example").code == "invalid_credentials")
        }
    }
}
