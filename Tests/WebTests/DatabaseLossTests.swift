import Core
import Foundation
import HTTPTypes
import StoragePostgres
import TestSupport
import Testing

@testable import Web

@Suite(.enabled(if: DatabaseKind.hasPostgres)) struct `the database going away` {
    /// An office whose database is reached through a relay that can be cut.
    private func withRelay(
        _ environment: [String: String] = [:],
        _ body: @escaping @Sendable (Office, SeverableRelay) async throws -> Void
    ) async throws {
        try await withTestDatabase(.postgres) { database in
            let url = try #require(URLComponents(string: database.location))
            let relay = try await SeverableRelay.start(to: url.host ?? "127.0.0.1", url.port ?? 5432)
            var through = url
            through.host = "127.0.0.1"
            through.port = relay.port
            let clock = TestWorld()
            let configuration = PostgresConfiguration(
                url: Secret(through.string ?? ""), poolMinimum: 1, poolMaximum: 8, queryTimeout: .seconds(30))
            let connected = try await PostgresDatabase.connect(configuration, world: clock.world)
            try await Office.open(over: connected, environment, clock: clock) { office in
                try await body(office, relay)
            }
            await connected.close()
            await relay.stop()
        }
    }

    @Test func `answers 503 with Retry-After, and is back by itself when it returns`() async throws {
        try await withRelay { office, relay in
            let agent = try await office.signedIn()
            _ = try await agent.post("/v1/clients", #"{"firstName":"Ann"}"#)
            await relay.cut()
            for path in ["/v1/clients", "/v1/auth/me", "/ready"] {
                let answer = try await agent.get(path)
                #expect(answer.status == .serviceUnavailable, "\(path)")
                #expect(answer.code == "database_unavailable")
                #expect(answer.header("Retry-After") != nil)
                #expect(answer.header("Content-Security-Policy") != nil)
            }
            #expect(try await agent.refresh().status == .serviceUnavailable)
            #expect(try await agent.get("/health").status == .ok)
            relay.mend()
            // The back-off between attempts to connect is told by the clock, which the test moves.
            office.clock.advance(by: .seconds(30))
            #expect(try await agent.get("/v1/clients").data.count == 1)
            #expect(try await agent.refresh().status == .ok)
            #expect(try await agent.get("/ready").status == .ok)
        }
    }

    @Test func `leaves metrics that tell of it, and of all that is known without it`() async throws {
        try await withRelay(["METRICS_TOKEN": "a-token-of-the-tests-0123"]) { office, relay in
            #expect(try await office.scrape("a-token-of-the-tests-0123").contains("gatehouse_database_up 1"))
            await relay.cut()
            let lines = try await office.scrape("a-token-of-the-tests-0123")
            #expect(lines.contains("gatehouse_database_up 0"))
            #expect(lines.contains("gatehouse_database_connections 8"))
            #expect(lines.contains("gatehouse_hashing_depth 0"))
            #expect(!lines.contains { $0.hasPrefix("gatehouse_outbox") })
        }
    }

    @Test func `loses no session and makes no theft of a refresh that it interrupted`() async throws {
        try await withRelay { office, relay in
            let agent = try await office.signedIn()
            await relay.cut()
            #expect(try await agent.refresh(key: "retry-me").status == .serviceUnavailable)
            relay.mend()
            office.clock.advance(by: .seconds(30))
            #expect(try await agent.refresh(key: "retry-me").status == .ok)
        }
    }
}
