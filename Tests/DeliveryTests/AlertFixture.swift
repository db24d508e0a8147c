import Accounts
import Core
import Credentials
import Delivery
import Identity
import SecurityEvents
import Storage
import TestSupport
import Testing

/// A gate with the standard rules for alerts, on a database of its own.
struct AlertFixture: Sendable {
    let gate: Gate
    let time: TestWorld
    let database: any Database
    let seal: OutboxSeal

    static let source = RequestSource(ip: IPAddress("192.0.2.7"), userAgent: "Firefox", requestID: "r")

    static func open(
        _ database: any Database, _ time: TestWorld, followsCritical: Bool = false,
        rules: [AlertRule] = AlertRule.standard, with more: [Migration] = []
    ) async throws -> AlertFixture {
        let migrator = Migrator(
            IdentitySchema.migrations + SecurityEventsSchema.migrations + OutboxSchema.migrations + more)
        _ = try await migrator.migrate(database, now: time.world.now())
        let secret = ServerSecret(current: Secret(Array("one-secret-of-the-tests-0123456789abcdef".utf8)))
        var configuration = GateConfiguration(secret: secret, issuer: "https://crm.example.com")
        configuration.hashCost = PasswordHasher.Cost(memoryKiB: 8, passes: 1)
        configuration.sendsMail = true
        configuration.sendsSMS = true
        configuration.alertRules = AlertRuleBook(standard: rules, followsCritical: followsCritical)
        let gate = try await Gate.open(configuration, database: database, world: time.world)
        await gate.hashing.shutDown()
        return AlertFixture(
            gate: gate, time: time, database: database, seal: OutboxSeal(secret: secret, world: time.world))
    }

    /// Writes an event, as any feature does.
    @discardableResult
    func happen(_ type: EventType, user: AccountID? = nil, device: String = "Firefox") async throws -> EventID {
        let event = Event(
            type, in: time.world, user: user,
            from: RequestSource(ip: IPAddress("192.0.2.7"), userAgent: device, requestID: "r"))
        try await gate.record(event)
        return event.id
    }

    /// What tells alerts: to one address and one number, and to Slack and a webhook if they are given.
    func dispatch(
        slack: String? = nil, webhook: String? = nil, sentry: Bool = false, mail: [String] = ["watch@example.com"]
    ) -> AlertDispatch {
        var places = AlertPlaces()
        places.mail = mail.compactMap { EmailAddress($0) }
        places.phones = [PhoneNumber("+15005550006")].compactMap(\.self)
        places.slack = slack.map { Secret($0) }
        places.webhook = webhook.map { Secret($0) }
        places.reportsToSentry = sentry
        places.publicURL = "https://crm.example.com"
        return AlertDispatch(
            database: gate.database, world: gate.world, rules: gate.alertRules, geography: gate.places,
            mailbox: gate.mailbox, textbox: gate.textbox, seal: seal, places: places)
    }

    /// The items of the outbox of one kind, oldest first.
    func items(_ kind: String) async throws -> [OutboxItem] {
        try await Outbox(database: database, world: time.world).list(nil, limit: 10_000).filter { $0.kind == kind }
            .reversed()
    }

    /// The alerts by mail, oldest first.
    func mails() async throws -> [OutgoingMail] {
        try await items("mail").compactMap { item in
            guard case .mail(let mail) = gate.mailbox.open(item) else { return nil }
            return mail
        }
    }

    /// Somebody else, each time.
    func stranger() -> AccountID { time.world.identifier() }
}
