import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Web

@Suite struct `a request that waits to be asked for its body` {
    private static let body = #"{"email":"nobody@office.example","password":"x"}"#

    private static func head(_ path: String, _ lines: String = "", length: Int = body.utf8.count) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nOrigin: \(Office.origin)\r\nContent-Type: application/json\r\n"
            + "Expect: 100-continue\r\nContent-Length: \(length)\r\n\(lines)\r\n"
    }

    /// Sends `head`, sends `body` once the interim answer is there, and returns all that came back.
    private static func exchange(_ head: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var received = ""
            var isAsked = false
            try await outbound.write(ByteBuffer(string: head))
            for try await piece in inbound {
                received += String(buffer: piece)
                if !isAsked, received.contains("\r\n\r\n"), received.hasPrefix("HTTP/1.1 100 Continue") {
                    isAsked = true
                    try await outbound.write(ByteBuffer(string: body))
                }
            }
            return received
        }
    }

    @Test func `is asked for it, once, when the body is read`() async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await Self.exchange(
                Self.head("/v1/auth/login", "Connection: close\r\n"), port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401"))
            #expect(answer.components("100 Continue") == 2)
            #expect(answer.contains("invalid_credentials"))
        }
    }

    @Test(
        arguments: [
            ("/v1/auth/login", "", 5_000_000, "413"), ("/v1/clients", "", 100, "401"), ("/v1/none", "", 100, "404"),
            ("/v1/auth/login", "Origin: https://evil.example\r\n", 100, "400"),
        ])
    func `is not asked when it is refused by its head, and the connection is closed`(
        path: String, lines: String, length: Int, status: String
    ) async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await Self.exchange(Self.head(path, lines, length: length), port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"))
            #expect(!answer.contains("100 Continue"))
            #expect(answer.lowercased().contains("connection: close"))
        }
    }

    @Test func `and sends it all the same gets its answer`() async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await RawConnection.exchange(
                Self.head("/v1/auth/login", "Connection: close\r\n") + Self.body, port: office.port)
            #expect(answer.contains("HTTP/1.1 401"))
            #expect(answer.contains("invalid_credentials"))
        }
    }
}

extension String {
    /// In how many pieces `text` cuts it.
    fileprivate func components(_ text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count
    }
}
