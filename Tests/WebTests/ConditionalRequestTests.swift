import HTTPTypes
import HummingbirdTesting
import NIOCore
import TestSupport
import Testing

@testable import Web

@Suite struct `a conditional request` {
    /// An agent and a client at version 2.
    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (Office, Visitor, String) async throws -> Void
    ) async throws {
        try await Office.open(on: kind) { office in
            let agent = try await office.signedIn()
            let made = try await agent.post("/v1/clients", #"{"firstName":"Ann"}"#)
            let path = "/v1/clients/\(try #require(made.string("id")))"
            try await agent.send(.patch, path, json: #"{"lastName":"Lee"}"#)
            try await body(office, agent, path)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `changes a client when any member of If-Match is its version`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { _, agent, path in
            var version = 2
            for format in [
                "\"x\", \"@\"", "\"@\", \"x\"", "\"1\",\"@\",\"9\"", "  \"a,b\" ,\"@\"", "W/\"@\", \"@\"", "*", "@",
            ] {
                let tags = format.replacing("@", with: String(version))
                let answer = try await agent.send(
                    .patch, path, json: #"{"lastName":"Lee \#(version)"}"#, headers: ["If-Match": tags])
                #expect(answer.status == .ok, "\(tags)")
                version += 1
                #expect(answer.header("ETag") == "\"\(version)\"")
            }
        }
    }

    @Test(arguments: DatabaseKind.available, ["\"x\", \"1\"", "W/\"2\"", "\"2", "", ",", "\"2,1\"", "2x", "\" 2\""])
    func `changes nothing when none is`(kind: DatabaseKind, tags: String) async throws {
        try await Self.open(kind) { _, agent, path in
            let answer = try await agent.send(
                .patch, path, json: #"{"lastName":"Else"}"#, headers: ["If-Match": tags])
            #expect(answer.status == .preconditionFailed)
            #expect(answer.code == "version_mismatch")
            let delete = try await agent.send(.delete, path, headers: ["If-Match": tags])
            #expect(delete.code == "version_mismatch")
            #expect(try await agent.get(path).string("lastName") == "Lee")
        }
    }

    @Test func `reads several lines of If-Match as one list`() async throws {
        try await Self.open(.sqlite) { office, agent, path in
            var fields: HTTPFields = [
                .authorization: "Bearer \(agent.accessToken ?? "")", .contentType: "application/json",
            ]
            fields.append(HTTPField(name: .ifMatch, value: "\"1\""))
            fields.append(HTTPField(name: .ifMatch, value: "\"2\""))
            let answer = try await office.client.execute(
                uri: path, method: .patch, headers: fields, body: ByteBuffer(string: #"{"lastName":"Two"}"#))
            #expect(answer.status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `shows a client to whoever has another version, and 304 to whoever has this one`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) { office, agent, path in
            for tags in ["\"2\"", "W/\"2\"", "\"1\", \"2\"", "*"] {
                let answer = try await agent.get(path, headers: ["If-None-Match": tags])
                #expect(answer.status == .notModified, "\(tags)")
                #expect(answer.text.isEmpty)
                #expect(answer.header("ETag") == "\"2\"")
                #expect(answer.header("Content-Type") == nil)
                #expect(answer.header("Content-Security-Policy") != nil)
            }
            for tags in ["\"1\"", "\"x\"", "", "\"2"] {
                let answer = try await agent.get(path, headers: ["If-None-Match": tags])
                #expect(answer.status == .ok, "\(tags)")
                #expect(answer.string("lastName") == "Lee")
            }
            // A version tells nothing to whoever may not see the client.
            let stranger = try await office.signedIn("other@office.example")
            #expect(try await stranger.get(path, headers: ["If-None-Match": "*"]).code == "not_found")
        }
    }
}
