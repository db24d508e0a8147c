import Accounts
import Core
import Delivery
import Identity
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `mails in the outbox` {
    /// A mail server that may be down, and remembers what it took.
    private final class Server: MailTransport {
        let isDown = Mutex(false)
        let taken = Mutex<[MailMessage]>([])
        let tries = Mutex(0)

        func send(_ message: MailMessage) async throws(DeliveryFailure) {
            tries.withLock { $0 += 1 }
            guard !isDown.withLock({ $0 }) else { throw .temporary("the server cannot be reached") }
            taken.withLock { $0.append(message) }
        }
    }

    private static func delivery(_ fixture: AlertFixture, _ server: Server) throws -> OutboxDelivery {
        var log = Logger(label: "test")
        log.logLevel = .critical
        let world = fixture.time.world
        let from = MailSender(name: "Gatehouse", address: try #require(EmailAddress("gate@example.com")))
        return OutboxDelivery(
            outbox: Outbox(database: fixture.database, world: world),
            sender: try MailDelivery(mailbox: fixture.gate.mailbox, transport: server, sender: from, world: world),
            logger: log, world: world)
    }

    /// Writes `count` mails with a link that runs out after `life`, each of a cause of its own.
    private static func post(_ count: Int, _ fixture: AlertFixture, life: Duration? = nil, from first: Int = 0)
        async throws
    {
        let address = try #require(EmailAddress("ana@example.com"))
        let values = [
            "link": "https://crm.example.com/reset-password?token=t", "minutes": "30", "ip": "192.0.2.7", "device": "x",
        ]
        let mail = OutgoingMail(.resetPassword, to: address, name: "Ana", values: values)
        let posted = life.map { mail.expiring(at: fixture.time.now + $0) } ?? mail
        let mailbox = fixture.gate.mailbox
        try await fixture.database.transaction { sql in
            for number in first..<first + count {
                for _ in 0..<2 { try mailbox.post(posted, cause: "cause \(number)", in: sql) }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `wait through an hour without a server, and none is lost or sent twice`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let fixture = try await AlertFixture.open(database, TestWorld())
            let server = Server()
            server.isDown.withLock { $0 = true }
            try await Self.post(6, fixture)
            let delivery = try Self.delivery(fixture, server)
            for _ in 0..<120 {
                _ = try await delivery.deliverDue()
                fixture.time.advance(by: .seconds(30))
            }
            // Tried, but not in every round: the pauses grow and the breaker is open.
            #expect((5...60).contains(server.tries.withLock { $0 }))
            #expect(try await fixture.items("mail").allSatisfy { $0.state == .waiting && $0.lastError != nil })
            server.isDown.withLock { $0 = false }
            for _ in 0..<300 {
                _ = try await delivery.deliverDue()
                fixture.time.advance(by: .seconds(30))
            }
            let items = try await fixture.items("mail")
            #expect(items.count == 6 && items.allSatisfy { $0.state == .sent && $0.payload == nil })
            #expect(server.taken.withLock { $0.map(\.id).sorted() } == items.map(\.id).sorted())
        }
    }

    /// The process that wrote the mail is gone when another one, with the same secret, finds it.
    @Test(arguments: DatabaseKind.available)
    func `outlive a restart between the commit and the sending`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            try await Self.post(1, try await AlertFixture.open(database, time))
            let server = Server()
            let restarted = try await AlertFixture.open(database, time)
            #expect(try await Self.delivery(restarted, server).deliverDue() == 1)
            let mail = try #require(server.taken.withLock { $0 }.first)
            #expect(mail.to.text == "ana@example.com")
            #expect(mail.text.contains("https://crm.example.com/reset-password?token=t"))
            #expect(try await restarted.items("mail").map(\.state) == [.sent])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are left alone while another node has them, and sent when its lease is over`(kind: DatabaseKind) async throws
    {
        try await withDatabase(kind) { database in
            let fixture = try await AlertFixture.open(database, TestWorld())
            try await Self.post(1, fixture)
            // A node that dies with the mail in its hands.
            let held = try await Outbox(database: database, world: fixture.time.world).take(4, of: Mailbox.outboxKind)
            #expect(held.count == 1)
            let server = Server()
            let delivery = try Self.delivery(fixture, server)
            fixture.time.advance(by: Outbox.lease - .milliseconds(1))
            #expect(try await delivery.deliverDue() == 0)
            fixture.time.advance(by: .milliseconds(1))
            #expect(try await delivery.deliverDue() == 1)
            #expect(try await delivery.deliverDue() == 0)
            // The identity is the same, by which a mailbox can tell a repetition.
            #expect(server.taken.withLock { $0.map(\.id) } == held.map(\.id))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose link has run out are settled without being sent, and say so`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let fixture = try await AlertFixture.open(database, TestWorld())
            let server = Server()
            let delivery = try Self.delivery(fixture, server)
            try await Self.post(1, fixture, life: .minutes(30))
            fixture.time.advance(by: .minutes(30))
            #expect(try await delivery.deliverDue() == 1)
            let item = try #require(try await fixture.items("mail").first)
            #expect(item.state == .dead)
            #expect(item.lastError == "it was of use until 2026-01-01T12:30:00.000Z only")
            #expect(server.tries.withLock { $0 } == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose link has run out say nothing about a server that is away`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let fixture = try await AlertFixture.open(database, TestWorld())
            let server = Server()
            server.isDown.withLock { $0 = true }
            let delivery = try Self.delivery(fixture, server)
            try await Self.post(CircuitBreaker.failuresThatOpen, fixture)
            while try await delivery.deliverDue() > 0 {}
            #expect(server.tries.withLock { $0 } == CircuitBreaker.failuresThatOpen)
            try await Self.post(1, fixture, life: .seconds(10), from: CircuitBreaker.failuresThatOpen)
            fixture.time.advance(by: .seconds(30))
            // It has been due the longest, so it is the trial; it speaks to nobody.
            #expect(try await delivery.deliverDue() == 1)
            #expect(try await fixture.items("mail").filter { $0.state == .dead }.count == 1)
            #expect(server.tries.withLock { $0 } == CircuitBreaker.failuresThatOpen)
            // Still one at a time, and the first of them finds the server away: the channel is left alone again.
            #expect(try await delivery.deliverDue() == 1)
            #expect(server.tries.withLock { $0 } == CircuitBreaker.failuresThatOpen + 1)
            #expect(try await delivery.deliverDue() == 0)
        }
    }

    @Test func `whose link still counts are sent`() async throws {
        try await withDatabase(.sqlite) { database in
            let fixture = try await AlertFixture.open(database, TestWorld())
            let server = Server()
            try await Self.post(1, fixture, life: .minutes(30))
            fixture.time.advance(by: .minutes(30) - .milliseconds(1))
            #expect(try await Self.delivery(fixture, server).deliverDue() == 1)
            #expect(server.taken.withLock { $0.count } == 1)
        }
    }
}
