import TestSupport
import Testing

@testable import Web

@Suite struct `the Host of a request` {
    private static func answer(to head: String) async throws -> String {
        let kept = Kept()
        try await Office.open(on: .sqlite) { office in
            kept.text = try await RawConnection.exchange(head + "Connection: close\r\n\r\n", port: office.port)
        }
        return kept.text
    }

    @Test(
        arguments: [
            "GET /health HTTP/1.1\r\n", "GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\n",
            "GET /health HTTP/1.1\r\nHost: a\r\nhOST: b\r\n", "GET /health HTTP/1.1\r\nHost: a/b\r\n",
            "GET /health HTTP/1.1\r\nHost: user@a\r\n", "GET /health HTTP/1.1\r\nHost: a b\r\n",
            "GET /health HTTP/1.0\r\nHost: a\r\nHost: b\r\n",
        ])
    func `that is missing, there twice or no host is refused`(head: String) async throws {
        let answer = try await Self.answer(to: head)
        #expect(answer.hasPrefix("HTTP/1.1 400"))
        #expect(answer.contains(#""code":"invalid_request""#))
        #expect(answer.contains("nosniff"))
        #expect(answer.lowercased().contains("connection: close"))
    }

    @Test(
        arguments: [
            "GET /health HTTP/1.1\r\nHost: crm.office.example:8080\r\n", "GET /health HTTP/1.1\r\nHost: [::1]:8080\r\n",
            "GET /health HTTP/1.1\r\nHost:\r\n", "GET /health HTTP/1.0\r\n",
        ])
    func `that is one, or is not asked for, is let through`(head: String) async throws {
        #expect(try await Self.answer(to: head).hasPrefix("HTTP/1.1 200"))
    }
}

/// What came back, carried out of the closure of a test.
private final class Kept: @unchecked Sendable {
    // Written and read by one test, one step after the other.
    var text = ""
}
