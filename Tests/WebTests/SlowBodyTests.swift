import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `a body that takes its time` {
    private static func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(BodyDeadline(limit: .seconds(30)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private static func head(_ fields: HTTPFields = [.contentLength: "100"]) -> HTTPRequestPart {
        .head(
            HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/v1/auth/login", headerFields: fields))
    }

    @Test(arguments: [[.contentLength: "100"], [.transferEncoding: "chunked"]] as [HTTPFields])
    func `is cut off though it comes steadily, and the connection closed behind the answer`(
        fields: HTTPFields
    ) throws {
        let channel = try Self.channel()
        try channel.writeInbound(Self.head(fields))
        for _ in 0..<29 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(string: "x")))
        }
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(999))
        try channel.throwIfErrorCaught()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(throws: SlowBody.self) { try channel.throwIfErrorCaught() }
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .requestTimeout)))
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(!channel.isActive)
        _ = try? channel.finish()
    }

    @Test func `is let through when it is there in time, and the next request has a time of its own`() throws {
        let channel = try Self.channel()
        for _ in 0..<3 {
            try channel.writeInbound(Self.head())
            channel.embeddedEventLoop.advanceTime(by: .seconds(29))
            try channel.writeInbound(HTTPRequestPart.end(nil))
            channel.embeddedEventLoop.advanceTime(by: .minutes(10))
            try channel.throwIfErrorCaught()
            try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .ok)))
            try channel.writeOutbound(HTTPResponsePart.end(nil))
        }
        #expect(channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func `of a file gets a second more for each piece of it that has come, and no more`() throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(BodyDeadline(limit: .seconds(30)) { _ in 1000 })
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(Self.head())
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 120, count: 5000)))
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(5999))
        try channel.throwIfErrorCaught()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(throws: SlowBody.self) { try channel.throwIfErrorCaught() }
        _ = try? channel.finish()
    }

    @Test func `that nobody reads any more is not waited for longer than a moment`() throws {
        let channel = try Self.channel()
        try channel.writeInbound(Self.head())
        try channel.writeOutbound(
            HTTPResponsePart.head(HTTPResponse(status: .contentTooLarge, headerFields: [.connection: "close"])))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
        _ = try? channel.finish()
    }

    @Test func `is not waited for where none was announced`() throws {
        let channel = try Self.channel()
        try channel.writeInbound(Self.head([:]))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        try channel.throwIfErrorCaught()
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    /// Waits for the server, which waits the shortest time that can be set.
    @Test func `is answered with 408 over a connection, which is then closed`() async throws {
        try await Office.open(on: .sqlite, ["REQUEST_BODY_TIMEOUT_SECONDS": "1"]) { office in
            let answer = try await RawConnection.exchange(
                "POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nOrigin: \(Office.origin)\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100\r\n\r\n{\"email\":", port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 408"))
            #expect(answer.contains(#""code":"request_timeout""#))
            #expect(answer.lowercased().contains("connection: close"))
            #expect(answer.lowercased().contains("x-request-id: "))
            #expect(answer.contains("nosniff"))
            #expect(try await office.visitor().get("/health").status == .ok)
        }
    }
}
