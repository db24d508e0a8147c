import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization

@testable import Web

/// A person, or a program, at the other end: keeps cookies and the access token, as a browser and its page would.
final class Visitor: Sendable {
    let office: Office
    private let state = Mutex<(cookies: [String: String], accessToken: String?)>(([:], nil))

    init(office: Office) {
        self.office = office
    }

    var cookies: [String: String] {
        get { state.withLock { $0.cookies } }
        set { state.withLock { $0.cookies = newValue } }
    }

    var accessToken: String? {
        get { state.withLock { $0.accessToken } }
        set { state.withLock { $0.accessToken = newValue } }
    }

    /// The refresh token in the cookie.
    var refreshToken: String? { cookies["gatehouse_refresh"] ?? cookies["__Secure-gatehouse_refresh"] }

    /// Sends a request, as a page of the office itself would unless `headers` say otherwise.
    @discardableResult
    func send(
        _ method: HTTPRequest.Method, _ path: String, json: String? = nil, body: ByteBuffer? = nil,
        headers: [String: String] = [:], asPage: Bool = true
    ) async throws -> Answer {
        var fields = HTTPFields()
        func set(_ name: String, _ value: String) {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        if let accessToken { set("Authorization", "Bearer \(accessToken)") }
        if !cookies.isEmpty, path.hasPrefix("/v1/auth") {
            set("Cookie", cookies.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; "))
        }
        if asPage { set("Origin", Office.origin) }
        if json != nil { set("Content-Type", "application/json") }
        for (name, value) in headers { set(name, value) }
        let answer = Answer(
            try await office.client.execute(
                uri: path, method: method, headers: fields, body: body ?? json.map { ByteBuffer(string: $0) }))
        remember(answer)
        RouteContract.check(answer, to: method, path, in: office.routes)
        return answer
    }

    func get(_ path: String, headers: [String: String] = [:]) async throws -> Answer {
        try await send(.get, path, headers: headers)
    }

    @discardableResult
    func post(_ path: String, _ json: String? = nil, headers: [String: String] = [:]) async throws -> Answer {
        try await send(.post, path, json: json, headers: headers)
    }

    /// Signs in and keeps what comes of it.
    @discardableResult
    func signIn(_ email: String, password: String = Office.password, delivery: String? = nil) async throws -> Answer {
        let how = delivery.map { #","tokenDelivery":"\#($0)""# } ?? ""
        return try await post("/v1/auth/login", #"{"email":"\#(email)","password":"\#(password)"\#(how)}"#)
    }

    /// Exchanges the refresh cookie.
    @discardableResult
    func refresh(key: String? = nil) async throws -> Answer {
        try await post("/v1/auth/refresh", headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    private func remember(_ answer: Answer) {
        state.withLock { state in
            for cookie in answer.cookies {
                let pair = cookie.prefix { $0 != ";" }
                    .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard pair.count == 2 else { continue }
                state.cookies[String(pair[0])] = pair[1].isEmpty ? nil : String(pair[1])
            }
            if case .string(let token) = answer["accessToken"] { state.accessToken = token }
        }
    }
}

/// What came back.
struct Answer: Sendable {
    let status: HTTPResponse.Status
    let headers: HTTPFields
    let text: String
    let json: JSONValue?

    init(_ response: TestResponse) {
        status = response.status
        headers = response.headers
        text = String(buffer: response.body)
        json = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    }

    /// The member at the end of a path such as `user`, `id` or `data`, `0`.
    subscript(path: String...) -> JSONValue? {
        path.reduce(json) { value, name in
            switch value {
            case .object(let members): return members[name]
            case .array(let items): return Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
            default: return nil
            }
        }
    }

    /// The text at the end of a path.
    func string(_ path: String...) -> String? {
        let value = path.reduce(json) { value, name in
            guard case .object(let members) = value else {
                if case .array(let items) = value, let index = Int(name), items.indices.contains(index) {
                    return items[index]
                }
                return nil
            }
            return members[name]
        }
        if case .string(let text) = value { return text }
        return nil
    }

    /// The items of the member `data`.
    var data: [JSONValue] {
        if case .array(let items) = self["data"] { return items }
        return []
    }

    /// The stable code of a problem.
    var code: String? { string("code") }

    /// The `Set-Cookie` headers.
    var cookies: [String] { headers[values: .setCookie] }

    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { headers[$0] } }
}
