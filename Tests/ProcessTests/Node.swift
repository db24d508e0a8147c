import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A server, spoken to over connections that stay open.
struct Node: Sendable {
    private let origin: String

    init(_ port: Int) { origin = "http://127.0.0.1:\(port)" }

    func signIn(_ password: String, as email: String = "ann@office.example") async throws -> String {
        let answer = try await send(
            "POST", "/v1/auth/login", json: #"{"email":"\#(email)","password":"\#(password)","tokenDelivery":"body"}"#)
        guard let token = Curl.member("accessToken", of: answer.text) else { throw Surprise(answer.text) }
        return token
    }

    func status(_ method: String, _ path: String, _ token: String) async throws -> Int? {
        try await send(method, path, token).status
    }

    /// Sends a request and returns what came back.
    func send(
        _ method: String, _ path: String, _ token: String? = nil, json: String? = nil
    ) async throws -> (status: Int, text: String) {
        guard let url = URL(string: origin + path) else { throw Surprise(path) }
        var request = URLRequest(url: url, timeoutInterval: 20)
        request.httpMethod = method
        request.httpShouldHandleCookies = false
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if let json {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(json.utf8)
        }
        let (body, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: body, as: UTF8.self))
    }
}
