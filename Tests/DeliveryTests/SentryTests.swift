import Core
import Delivery
import Foundation
import Hummingbird
import Logging
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `reports to Sentry` {
    private struct Event: Decodable {
        struct Message: Decodable { let formatted: String }
        let event_id: String
        let level: String
        let environment: String
        let message: Message
        let tags: [String: String]
    }

    private func event(in body: String) throws -> Event {
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 4 && lines.last == "")
        struct Item: Decodable {
            let type: String
            let length: Int
        }
        let item = try JSONDecoder().decode(Item.self, from: Data(lines[1].utf8))
        #expect(item.type == "event")
        #expect(item.length == lines[2].utf8.count)
        return try JSONDecoder().decode(Event.self, from: Data(lines[2].utf8))
    }

    private func sender(_ address: String, _ fixture: AlertFixture) throws -> SentrySender {
        let dsn = try #require(SentryDSN(address.replacing("http://", with: "http://abc123@") + "/4711"))
        return SentrySender(
            dsn: dsn, environment: "test", seal: fixture.seal, post: GuardedPost(allowsPrivate: true))
    }

    @Test func `tell of a critical event, and neither who nor where`() async throws {
        let server = StubServer(200, #"{"id":"x"}"#)
        try await withDatabase(.sqlite) { database in
            let time = TestWorld()
            let fixture = try await AlertFixture.open(database, time, followsCritical: true, rules: [])
            try await fixture.happen(.tokenTheftDetected, device: "ana@example.com")
            try await fixture.happen(.loginFailed)
            try await server.running { address in
                _ = try await fixture.dispatch(sentry: true).dispatchDue()
                let delivery = OutboxDelivery(
                    outbox: Outbox(database: database, world: time.world), sender: try sender(address, fixture),
                    logger: Logger(label: "test"), world: time.world)
                #expect(try await delivery.deliverDue() == 1)
            }
            #expect(try await fixture.mails().isEmpty)
        }
        let asked = try #require(server.asked.first)
        #expect(asked.head.path == "/api/4711/envelope/")
        #expect(asked.header("content-type") == "application/x-sentry-envelope")
        #expect(
            asked.header("x-sentry-auth")
                == "Sentry sentry_version=7, sentry_client=gatehouse/1.0, sentry_key=abc123")
        let event = try event(in: asked.body)
        #expect(event.level == "fatal" && event.environment == "test")
        #expect(event.message.formatted == "token_theft_detected")
        #expect(event.event_id.utf8.count == 32 && !event.event_id.contains("-"))
        #expect(!asked.body.contains("192.0.2.7") && !asked.body.contains("ana@"))
    }

    @Test func `tell of a fault without holding up who met it, and drop the oldest of a storm`() async throws {
        let server = StubServer(200)
        try await withDatabase(.sqlite) { database in
            let fixture = try await AlertFixture.open(database, TestWorld())
            let reporter = FaultReporter(sampleRate: 1, world: fixture.time.world)
            for number in 0..<1000 {
                reporter.note(kind: "DecodingError", method: "GET", route: "/v1/clients/{id}", errorID: "e\(number)")
            }
            reporter.finish()
            try await server.running { address in await reporter.run(to: try sender(address, fixture)) }
        }
        #expect(server.asked.count == 64)
        let event = try event(in: try #require(server.asked.last).body)
        #expect(event.message.formatted == "DecodingError in GET /v1/clients/{id}")
        #expect(event.tags["error_id"] == "e999")
    }

    @Test(arguments: [(0.0, 0...0), (0.5, 5...59), (1.0, 64...64)])
    func `are a share of the faults`(rate: Double, expected: ClosedRange<Int>) async throws {
        let server = StubServer(200)
        try await withDatabase(.sqlite) { database in
            let fixture = try await AlertFixture.open(database, TestWorld())
            let reporter = FaultReporter(sampleRate: rate, world: fixture.time.world)
            for _ in 0..<64 { reporter.note(kind: "E", method: "GET", route: "/", errorID: "e") }
            reporter.finish()
            try await server.running { address in await reporter.run(to: try sender(address, fixture)) }
        }
        #expect(expected.contains(server.asked.count))
    }

    @Test(arguments: [
        "", "your-sentry-dsn-here", "https://sentry.example/1", "https://key@sentry.example/",
        "https://key@sentry.example/x",
        "https://key:secret@sentry.example/1", "ftp://key@sentry.example/1", "https://k\u{E9}y@sentry.example/1",
        "https://key@sentry.example:99999/1", "https://key@sentry.example/a/b?x=1",
    ])
    func `go to a project alone`(dsn: String) { #expect(SentryDSN(dsn) == nil) }

    @Test func `know a project behind a path`() {
        #expect(SentryDSN("https://key@sentry.example:9000/base/7") != nil)
    }
}
