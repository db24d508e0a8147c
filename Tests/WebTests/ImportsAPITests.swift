import Accounts
import CRM
import Core
import HTTPTypes
import NIOCore
import SecurityEvents
import TestSupport
import Testing

@testable import Web

@Suite struct `imports over HTTP` {
    private func sent(
        _ visitor: Visitor, _ text: String, _ query: String = "", type: String = "text/csv"
    ) async throws -> Answer {
        try await visitor.send(
            .post, "/v1/clients/import" + query, body: ByteBuffer(string: text), headers: ["Content-Type": type])
    }

    @Test(arguments: DatabaseKind.available)
    func `are taken, worked on, shown, listed and taken back`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let begun = try await sent(agent, "First Name,Notes\nAnn,\n,nobody\n", "?name=people.csv")
            #expect(begun.status == .accepted)
            let id = try #require(begun.string("import", "id"))
            #expect(begun.header("Location") == "/v1/imports/\(id)")
            #expect(try await agent.get("/v1/imports/\(id)").string("status") == "queued")
            while try await office.imports.workOnNext() {}
            let done = try await agent.get("/v1/imports/\(id)")
            #expect(done.string("status") == "completed" && done.string("fileName") == "people.csv")
            #expect(done["imported"] == .integer(1) && done["rejected"] == .integer(1) && done["total"] == .integer(2))
            #expect(done.string("rejectedRows", "0", "problems", "0", "code") == "nobody")
            #expect(try await agent.get("/v1/imports").data.count == 1)
            let rejected = try await agent.get("/v1/imports/\(id)/rejected")
            #expect(rejected.header("Content-Type")?.hasPrefix("text/csv") == true)
            #expect(rejected.text.hasPrefix("Import Row,Import Problem,First Name,Notes\r\n2,"))
            #expect(try await agent.get("/v1/clients").data.count == 1)
            let undone = try await agent.send(.delete, "/v1/imports/\(id)")
            #expect(undone.status == .accepted)
            while try await office.imports.workOnNext() {}
            #expect(try await agent.get("/v1/imports/\(id)").string("status") == "undone")
            #expect(try await agent.get("/v1/clients").data.isEmpty)
            #expect(try await agent.get("/v1/clients/trash").data.count == 1)
            for type in ["data_import_started", "data_import_ended", "data_import_undone"] {
                let events = try await agent.get("/v1/security/events?type=\(type)")
                #expect(events.string("data", "0", "detail", "import") == id, "\(type)")
            }
        }
    }

    @Test func `are refused with what is wrong of them, before anything is kept`() async throws {
        try await Office.open(on: .sqlite, ["IMPORT_MAX_MB": "1"]) { office in
            let agent = try await office.signedIn()
            #expect(try await sent(agent, "{}", type: "application/json").code == "unsupported_media_type")
            #expect(try await sent(agent, "Name\nA\n", "?duplicates=merge").code == "invalid_request")
            #expect(try await sent(agent, "Name\nA\n", "?mapping=nonsense").code == "invalid_request")
            #expect(
                try await sent(agent, "Name\nA\n", "?mapping=%7B%22Cell%22:%22phone%22%7D").code == "invalid_request")
            #expect(try await sent(agent, "Name\nA\n", "?stage=Nowhere").string("errors", "0", "field") == "stage")
            let colleague = try await office.hire("other@office.example")
            #expect(
                try await sent(agent, "Name\nA\n", "?assignedTo=\(colleague.id)").string("errors", "0", "code")
                    == "not_permitted")
            #expect(try await sent(agent, "").string("errors", "0", "code") == "unreadable")
            #expect(try await sent(agent, "PK\u{3}\u{4}").string("errors", "0", "code") == "unreadable")
            let columns = (1...5000).map(String.init).joined(separator: ",")
            #expect(try await sent(agent, columns + "\n").string("errors", "0", "code") == "unreadable")
            let lender = try await office.signedIn("lender@office.example", role: .lender)
            #expect(try await sent(lender, "Name\nA\n").code == "forbidden")
            #expect(try await agent.get("/v1/imports").data.isEmpty)
            for turn in 1...5 {
                #expect(try await sent(agent, "Name\nA\n").status == .accepted, "\(turn)")
            }
            #expect(try await sent(agent, "Name\nA\n").code == "import_limit")
        }
    }

    @Test func `of more than is allowed are cut off, however they announce themselves`() async throws {
        try await Office.open(on: .sqlite, ["IMPORT_MAX_MB": "1"]) { office in
            let agent = try await office.signedIn()
            let token = try #require(agent.accessToken)
            let head =
                "POST /v1/clients/import HTTP/1.1\r\nHost: a\r\nOrigin: \(Office.origin)\r\nContent-Type: text/csv\r\n"
                + "Authorization: Bearer \(token)\r\n"
            let announced = try await RawConnection.exchange(
                head + "Content-Length: 1048577\r\n\r\nName\n", port: office.port)
            #expect(announced.hasPrefix("HTTP/1.1 413"))
            #expect(announced.contains(#""code":"payload_too_large""#) && announced.contains("Send at most 1 MiB."))
            // In pieces, with no length in front; the last piece never comes.
            let piece = String(repeating: "A\n", count: 32_768)
            let chunks = (0..<17).map { _ in "10000\r\n\(piece)\r\n" }.joined()
            let answer = try await RawConnection.exchange(
                head + "Transfer-Encoding: chunked\r\n\r\n\(chunks)", port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 413"))
            // What is larger than a JSON body may be, and not too large, is taken.
            let large = try await office.signedIn("large@office.example")
            #expect(try await sent(large, "Name\n" + String(repeating: "A\n", count: 520_000)).status == .accepted)
            #expect(try await agent.get("/v1/imports").data.isEmpty)
        }
    }

    @Test func `can be made with a key that may write clients, and taken back with one that may delete them`()
        async throws
    {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let (_, writer) = try await agent.makeKey(
                #""name":"Lead source","scopes":["clients:read","clients:write"]"#)
            let program = office.visitor()
            program.accessToken = writer.key
            let id = try #require(try await sent(program, "Name\nAnn\n").string("import", "id"))
            while try await office.imports.workOnNext() {}
            #expect(try await writer.get("/v1/imports/\(id)")["imported"] == .integer(1))
            #expect(try await writer.send(.delete, "/v1/imports/\(id)").code == "scope_missing")
            let (_, remover) = try await agent.makeKey(#""name":"Cleaner","scopes":["clients:delete"]"#)
            #expect(try await remover.send(.delete, "/v1/imports/\(id)").status == .accepted)
        }
    }
}
