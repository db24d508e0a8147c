import HTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `requests that are hardly HTTP` {
    private func refusal(of text: String) async throws -> String {
        let kept = Received()
        try await Office.open(on: .sqlite, ["COOKIE_SECURE": "true"]) { office in
            kept.text = try await RawConnection.exchange(text, port: office.port)
            let health = try await office.visitor().get("/health")
            #expect(health.status == .ok)
        }
        return kept.text
    }

    @Test func `ten thousand header lines are refused with a problem and the security headers`() async throws {
        let lines = (1...10_000).map { "X-Line-\($0): \($0)\r\n" }.joined()
        let answer = try await refusal(of: "GET /health HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 400"))
        #expect(answer.contains("application/problem+json"))
        #expect(answer.contains(#""code":"invalid_request""#))
        #expect(answer.contains("Strict-Transport-Security"))
        #expect(answer.contains("nosniff"))
        #expect(answer.lowercased().contains("x-request-id: 0"))
    }

    @Test(
        arguments: [
            "GET /health HTTP/1.1\r\nHost: a\r\nX-Long: \(String(repeating: "x", count: 200_000))\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n", "\0\0\0\0\r\n\r\n", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
            "POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "GET /health HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n",
            "POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nOrigin: http://office.example\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n",
        ])
    func `what cannot be read is refused and crashes nothing`(_ text: String) async throws {
        let answer = try await refusal(of: text)
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
        #expect(answer.isEmpty || answer.contains("nosniff"))
        #expect(answer.isEmpty || answer.lowercased().contains("x-request-id: 0"))
    }
}

/// What came back, carried out of the closure of a test.
private final class Received: @unchecked Sendable {
    // Written and read by one test, one step after the other.
    var text = ""
}
