import Accounts
import CRM
import Core
import Delivery
import Identity
import Logging
import SecurityEvents
import Storage
import TestSupport
import Testing
import Work

/// A brokerage with an owner, an agent and webhooks, on a database of its own.
struct HookOffice: Sendable {
    let database: any Database
    let time: TestWorld
    let owner: Scope
    let agent: Scope
    let book: ClientBook
    let webhooks: Webhooks
    let mailbox: Mailbox
    private let secrets: WebhookSecrets

    struct Unexpected: Error {}

    static func open(
        _ kind: DatabaseKind = .sqlite, _ body: @escaping @Sendable (HookOffice) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            let fixture = try await AlertFixture.open(
                database, time, with: CRMSchema.migrations + WorkSchema.migrations)
            func person(_ name: String, _ role: Role) async throws -> Scope {
                let scope = Scope(userID: time.world.identifier(), sessionID: time.world.identifier(), role: role)
                try await database.transaction { session in
                    try session.run(
                        """
                        INSERT INTO account (id, email, first_name, last_name, role, status, created_at, updated_at)
                        VALUES (\(scope.userID), \("\(name)@example.com"), \(name), 'Test', \(role.rawValue), 'active', 0, 0)
                        """)
                }
                return scope
            }
            let secret = ServerSecret(current: Secret(Array("one-secret-of-the-tests-0123456789abcdef".utf8)))
            let secrets = WebhookSecrets(secret: secret, world: time.world)
            let key = Secret<[UInt8]>(Array(repeating: 7, count: 32))
            let office = HookOffice(
                database: database, time: time, owner: try await person("olga", .owner),
                agent: try await person("ana", .agent),
                book: ClientBook(
                    database: database, world: time.world, cursorKey: key, dependents: WorkDependents.all),
                webhooks: Webhooks(
                    database: database, world: time.world, cursorKey: key, secrets: secrets, allowsPrivate: true),
                mailbox: fixture.gate.mailbox, secrets: secrets)
            _ = try await office.book.prepareSearch()
            try await body(office)
        }
    }

    /// Sets a webhook that must be accepted, with the secret that was shown.
    func hook(_ url: String, _ types: [String] = []) async throws -> (webhook: Webhook, secret: Secret<String>) {
        let draft = WebhookDraft(url: url, types: types)
        guard case .created(let webhook, let secret) = try await webhooks.create(owner, draft) else {
            throw Unexpected()
        }
        return (webhook, secret)
    }

    @discardableResult
    func client(_ name: String = "Jane") async throws -> ClientID {
        let draft = ClientDraft(firstName: name, lastName: "Doe")
        guard case .created(let client) = try await book.create(agent, draft, force: true) else { throw Unexpected() }
        return client.id
    }

    /// A process that has just been started; what it knew is gone with the one before.
    func couriers(allowsPrivate: Bool = true, timeLimit: Duration = .seconds(60)) -> WebhookCouriers {
        var log = Logger(label: "test")
        log.logLevel = .critical
        return WebhookCouriers(
            outbox: Outbox(database: database, world: time.world),
            attempts: WebhookAttempts(database: database, world: time.world, secrets: secrets, mailbox: mailbox),
            logger: log, world: time.world
        ) { GuardedPost(allowsPrivate: allowsPrivate, timeLimit: timeLimit) }
    }

    func dispatch() async throws -> Int {
        try await WebhookDispatch(database: database, world: time.world).dispatchDue()
    }

    func get(_ id: WebhookID) async throws -> Webhook {
        guard case .done(let webhook) = try await webhooks.get(owner, id) else { throw Unexpected() }
        return webhook
    }

    func deliveries(_ id: WebhookID) async throws -> [WebhookDelivery] {
        guard case .page(let found, _) = try await webhooks.deliveries(owner, id, limit: 100) else {
            throw Unexpected()
        }
        return found
    }

    func mails() async throws -> [OutgoingMail] {
        try await Outbox(database: database, world: time.world).list(nil, limit: 1000).compactMap { item in
            guard item.kind == Mailbox.outboxKind, case .mail(let mail) = mailbox.open(item) else { return nil }
            return mail
        }
    }
}
