import Core
import Credentials
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import TestSupport

@testable import Web

/// A program that has a key: no browser, no cookies, no page.
struct KeyProgram: Sendable {
    let office: Office
    let key: String

    func send(
        _ method: HTTPRequest.Method, _ path: String, json: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
        let visitor = office.visitor()
        visitor.accessToken = key
        return try await visitor.send(method, path, json: json, headers: headers, asPage: false)
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send(.get, path, headers: headers)
    }
}

extension Office {
    /// The events of one kind, newest first.
    func events(_ type: EventType) async throws -> [RecordedEvent] {
        var query = EventQuery()
        query.type = type
        query.limit = 100
        return try await gate.events.events(for: .everything, matching: query)
    }
}

extension Visitor {
    /// Makes a key that must be given.
    func makeKey(_ fields: String = #""name":"Lead source""#) async throws -> (id: String, program: KeyProgram) {
        let answer = try await post("/v1/api-keys", "{\(fields)}")
        guard answer.status == .created, let id = answer.string("id"), let key = answer.string("key") else {
            throw Surprise("no key: \(answer.text)")
        }
        return (id, KeyProgram(office: office, key: key))
    }

    /// A key with every scope.
    func makeFullKey() async throws -> KeyProgram {
        let scopes = APIKeyScope.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ",")
        return try await makeKey(#""name":"Everything","scopes":[\#(scopes)]"#).program
    }

    /// Makes a client; its identity.
    func makeClient(_ name: String = "Rita") async throws -> String {
        let answer = try await post("/v1/clients?force=true", #"{"firstName":"\#(name)","lastName":"Moss"}"#)
        guard let id = answer.string("id") else { throw Surprise("no client: \(answer.text)") }
        return id
    }
}
