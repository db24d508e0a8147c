import Accounts
import Core
import Delivery
import Identity
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `messages to phones in the outbox` {
    /// Remembers what it was to send.
    private final class Phones: SMSTransport {
        let sent = Mutex<[SMSMessage]>([])

        func send(_ message: SMSMessage) async throws { sent.withLock { $0.append(message) } }
    }

    private func deliver(
        _ sms: OutgoingSMS, to phones: Phones, after wait: Duration = .zero
    ) async throws -> OutboxItem? {
        try await withDatabase(.sqlite) { database in
            let time = TestWorld()
            let fixture = try await AlertFixture.open(database, time)
            let textbox = fixture.gate.textbox
            try await database.transaction { sql in
                for _ in 0..<2 { try textbox.post(sms, cause: "one cause", in: sql) }
            }
            let waiting = try #require(try await fixture.items("sms").first)
            #expect(!String(decoding: waiting.payload ?? [], as: UTF8.self).contains("123456"))
            time.advance(by: wait)
            var log = Logger(label: "test")
            log.logLevel = .critical
            let delivery = OutboxDelivery(
                outbox: Outbox(database: database, world: time.world),
                sender: SMSDelivery(textbox: textbox, transport: phones, world: time.world), logger: log,
                world: time.world)
            #expect(try await delivery.deliverDue() == 1)
            return try await fixture.items("sms").first
        }
    }

    private func sms() throws -> OutgoingSMS {
        OutgoingSMS(
            to: try #require(PhoneNumber("+15005550006")), body: "123456 is your code",
            notAfter: TestWorld.start + .minutes(10))
    }

    @Test func `are sealed, sent once for one cause, and forgotten`() async throws {
        let phones = Phones()
        let item = try #require(try await deliver(try sms(), to: phones, after: .minutes(9)))
        #expect(item.state == .sent && item.payload == nil)
        let sent = phones.sent.withLock { $0 }
        #expect(sent.map(\.body) == ["123456 is your code"])
        #expect(sent.first?.id == item.id)
    }

    @Test func `are not sent when their code has run out`() async throws {
        let phones = Phones()
        let item = try #require(try await deliver(try sms(), to: phones, after: .minutes(10)))
        #expect(item.state == .dead)
        #expect(phones.sent.withLock { $0.isEmpty })
    }
}
