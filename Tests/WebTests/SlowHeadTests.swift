import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import TestSupport
import Testing

@testable import Web

@Suite struct `a head that takes its time` {
    private static let request = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"

    /// A connection as the server sets one up, as far as heads matter.
    private static func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
        try pipeline.addHandlers([
            HTTP1ToHTTPServerCodec(secure: false),
            UnreadableRequests(
                securityHeaders: SecurityHeaders(isSecure: false, contentPolicy: .init()), world: TestWorld().world,
                logger: Logger(label: "test")),
            HeadDeadline(limit: .seconds(10)),
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private static func send(_ text: String, to channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    /// Writes the answer to a request that was read.
    private static func answer(_ channel: EmbeddedChannel) throws {
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .noContent)), promise: nil)
        channel.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
        channel.embeddedEventLoop.run()
    }

    /// What was sent since the last look.
    private static func sent(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    @Test func `is cut off though it comes steadily, with 408`() throws {
        let channel = try Self.channel()
        for byte in Self.request.prefix(9) {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try Self.send(String(byte), to: channel)
        }
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        let answer = try Self.sent(channel)
        #expect(answer.hasPrefix("HTTP/1.1 408"))
        #expect(answer.contains(#""code":"request_timeout""#))
        #expect(answer.lowercased().contains("connection: close"))
        #expect(answer.contains("nosniff"))
    }

    @Test func `that never begins ends the connection without a word`() throws {
        let channel = try Self.channel()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(9_999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        #expect(try Self.sent(channel).isEmpty)
    }

    @Test func `is let through when it is there in time, and the time between two requests is not counted`() throws {
        let channel = try Self.channel()
        for _ in 0..<3 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(8))
            try Self.send(String(Self.request.dropLast(2)), to: channel)
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(1_500))
            try Self.send("\r\n\r\n", to: channel)
            channel.embeddedEventLoop.advanceTime(by: .minutes(5))
            try Self.answer(channel)
            channel.embeddedEventLoop.advanceTime(by: .minutes(1))
            #expect(channel.isActive)
        }
        #expect(try Self.sent(channel).contains("204"))
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `of the second request is cut off as well`() throws {
        let channel = try Self.channel()
        try Self.send(Self.request, to: channel)
        try Self.answer(channel)
        channel.embeddedEventLoop.advanceTime(by: .minutes(1))
        try Self.send("GET /", to: channel)
        for _ in 0..<9 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try Self.send("x", to: channel)
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        #expect(try Self.sent(channel).contains("HTTP/1.1 408"))
    }

    @Test func `behind a request that is being answered waits for that answer`() throws {
        let channel = try Self.channel()
        try Self.send(Self.request, to: channel)
        try Self.send("GET /", to: channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(11))
        #expect(channel.isActive)
        try Self.answer(channel)
        #expect(!channel.isActive)
        let sent = try Self.sent(channel)
        #expect(sent.contains("204") && !sent.contains("408"))
    }

    @Test func `with a body that follows slowly is in time`() throws {
        let channel = try Self.channel()
        try Self.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n", to: channel)
        for _ in 0..<19 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try Self.send("x", to: channel)
        }
        #expect(channel.isActive)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// Waits for the server, which waits for as short as a busy machine allows.
    @Test func `is answered with 408 over a connection, which is then closed`() async throws {
        try await Office.open(on: .sqlite, ["REQUEST_HEAD_TIMEOUT_SECONDS": "3"]) { office in
            let answer = try await RawConnection.exchange("GET /health HTTP/1.1\r\nHost: a\r\n", port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 408"))
            #expect(answer.contains(#""code":"request_timeout""#))
            #expect(answer.lowercased().contains("x-request-id: "))
        }
    }
}
