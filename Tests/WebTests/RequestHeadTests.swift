import Core
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import TestSupport
import Testing

@testable import Web

@Suite struct `the head of a request` {
    @Test(arguments: ["", "Host: \r\n", "Host: a\r\nHost: b\r\n"])
    func `without a host, or with two, is refused`(hosts: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await RawConnection.exchange(
                "GET /health HTTP/1.1\r\n\(hosts)Connection: close\r\n\r\n", port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 400"))
            #expect(answer.contains(#""code":"invalid_request""#))
        }
    }

    @Test(arguments: [
        "Authorization: Bearer a\r\nAuthorization: Bearer b", "Origin: http://a\r\nOrigin: http://b",
        "Idempotency-Key: a\r\nIdempotency-Key: b", "Content-Type: application/json\r\nContent-Type: text/plain",
    ])
    func `that says one thing twice is refused`(fields: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await RawConnection.exchange(
                "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n\r\n", port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 400"))
            #expect(answer.contains(#""code":"repeated""#))
        }
    }

    @Test(arguments: ["Bearer  ", "bearer   ", "Bearer "])
    func `may have any number of spaces before the token`(scheme: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let token = try #require(agent.accessToken)
            let answer = try await office.visitor().get(
                "/v1/auth/me", headers: ["Authorization": scheme + token])
            #expect(answer.status == .ok)
        }
    }

    @Test func `that expects an interim answer gets one before its body is sent`() async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await RawConnection.exchange(
                "POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nOrigin: \(Office.origin)\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n{}",
                port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400"))
        }
    }

    @Test func `that is refused by its length gets no interim answer`() async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await RawConnection.exchange(
                "POST /v1/auth/login HTTP/1.1\r\nHost: a\r\nOrigin: \(Office.origin)\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n",
                port: office.port)
            #expect(answer.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test(arguments: [#""x", "1""#, #""1","x""#, "*", #""1""#, "1"])
    func `may name several versions, one of which is the current one`(tags: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let made = try await agent.post("/v1/clients", #"{"firstName":"Ana","lastName":"Reyes"}"#)
            let path = try #require(made.headers[.location])
            let answer = try await agent.send(
                .patch, path, json: #"{"lastName":"Ruiz"}"#, headers: ["If-Match": tags])
            #expect(answer.status == .ok)
        }
    }

    @Test(arguments: [#""x", "2""#, #"W/"1""#, #""""#, "nonsense"])
    func `that names other versions changes nothing`(tags: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let made = try await agent.post("/v1/clients", #"{"firstName":"Ana","lastName":"Reyes"}"#)
            let path = try #require(made.headers[.location])
            let answer = try await agent.send(
                .patch, path, json: #"{"lastName":"Ruiz"}"#, headers: ["If-Match": tags])
            #expect(answer.code == "version_mismatch")
        }
    }

    @Test func `that names the version it has is told that nothing changed`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let made = try await agent.post("/v1/clients", #"{"firstName":"Ana","lastName":"Reyes"}"#)
            let path = try #require(made.headers[.location])
            for tags in [#""1""#, #"W/"1""#, #""0", "1""#, "*"] {
                let answer = try await agent.get(path, headers: ["If-None-Match": tags])
                #expect(answer.status == .notModified)
                #expect(answer.text.isEmpty)
                #expect(answer.headers[.eTag] == #""1""#)
            }
            #expect(try await agent.get(path, headers: ["If-None-Match": #""2""#]).status == .ok)
            #expect(try await office.visitor().get(path, headers: ["If-None-Match": "*"]).status == .unauthorized)
        }
    }
}

@Suite struct `a head that takes its time` {
    private static let head = HTTPRequestPart.head(
        HTTPRequest(method: .get, scheme: "http", authority: "a", path: "/health"))

    /// A connection of which some bytes and some whole parts arrive: the handler stands between both.
    private static func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let deadline = HeadDeadline(
            limit: .seconds(10), securityHeaders: SecurityHeaders(isSecure: false, contentPolicy: .init()))
        try channel.pipeline.syncOperations.addHandler(PartsFromBytes())
        try channel.pipeline.syncOperations.addHandler(deadline)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    @Test func `closes a connection that sends nothing`() throws {
        let channel = try Self.channel()
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(9_999))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!channel.isActive)
        #expect(try channel.readOutbound(as: HTTPResponsePart.self) == nil)
    }

    @Test func `is refused with 408 though it comes steadily`() throws {
        let channel = try Self.channel()
        for _ in 1...9 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(ByteBuffer(string: "G"))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        guard case .head(let head) = try channel.readOutbound(as: HTTPResponsePart.self) else {
            Issue.record("no answer")
            return
        }
        #expect(head.status == .requestTimeout)
        #expect(head.headerFields[.xContentTypeOptions] == "nosniff")
        #expect(!channel.isActive)
    }

    @Test func `may be waited for longer on a connection that is kept open, until its first byte`() throws {
        let channel = try Self.channel()
        try channel.writeInbound(ByteBuffer(string: "head"))
        try channel.writeInbound(ByteBuffer(string: "end"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(channel.isActive)
        try channel.writeInbound(ByteBuffer(string: "G"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `that is there in time lets the answer take as long as it likes`() throws {
        let channel = try Self.channel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(9))
        try channel.writeInbound(ByteBuffer(string: "head"))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    /// Stands for the decoder: the bytes `head` and `end` are a whole head and the end of a request, all others are part of a head.
    private final class PartsFromBytes: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias InboundOut = HTTPRequestPart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch String(buffer: unwrapInboundIn(data)) {
            case "head": context.fireChannelRead(wrapInboundOut(`a head that takes its time`.head))
            case "end": context.fireChannelRead(wrapInboundOut(.end(nil)))
            default: break
            }
        }
    }
}

@Suite struct `connections of one address` {
    @Test func `above the bound are closed at once, and make room when they end`() throws {
        let counts = ConnectionCounts(most: 2, clientAddress: ClientAddress(trustedProxies: []))
        func connect(_ address: String) throws -> EmbeddedChannel {
            let channel = EmbeddedChannel()
            channel.remoteAddress = try SocketAddress(ipAddress: address, port: 1)
            try channel.pipeline.syncOperations.addHandler(ConnectionBound(counts: counts))
            channel.pipeline.fireChannelActive()
            return channel
        }
        let first = try connect("203.0.113.5")
        _ = try connect("203.0.113.5")
        let third = try connect("203.0.113.5")
        #expect(counts.subject(IPAddress("203.0.113.5")) != nil)
        #expect(IPAddress("203.0.113.5").map(counts.count) == 2)
        _ = try connect("203.0.113.6")
        first.pipeline.fireChannelInactive()
        third.pipeline.fireChannelInactive()
        #expect(IPAddress("203.0.113.5").map(counts.count) == 1)
    }

    @Test func `are not bounded for a trusted proxy, nor where the bound is 0`() throws {
        let proxy = try #require(IPNetwork("10.0.0.0/8"))
        let address = IPAddress("10.1.2.3")
        let bounded = ConnectionCounts(most: 2, clientAddress: ClientAddress(trustedProxies: [proxy]))
        #expect(bounded.subject(address) == nil)
        let free = ConnectionCounts(most: 0, clientAddress: ClientAddress(trustedProxies: []))
        #expect(free.subject(address) == nil)
    }

    @Test func `are refused over a real socket`() async throws {
        try await Office.open(on: .sqlite, ["MAX_CONNECTIONS_PER_ADDRESS": "1"]) { office in
            // The client of the tests keeps its connection.
            #expect(try await office.visitor().get("/health").status == .ok)
            let answer = try await RawConnection.exchange(
                "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: office.port)
            #expect(answer.isEmpty)
            #expect(try await office.visitor().get("/health").status == .ok)
        }
    }
}
