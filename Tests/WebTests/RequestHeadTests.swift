import Core
import HTTPTypes
import NIOCore
import NIOEmbedded
import TestSupport
import Testing

@testable import Web

@Suite struct `the head of a request` {
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
