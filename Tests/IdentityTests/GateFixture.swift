import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import Synchronization
import TestSupport
import Testing

/// A gate on a fresh migrated database, with a clock that the test moves: what every test of this target starts from.
struct GateFixture: Sendable {
    let gate: Gate
    let time: TestWorld
    let database: any Database
    let configuration: GateConfiguration
    private let pools: HashingPools

    static let secret = "one-secret-of-the-tests-0123456789abcdef"
    static let password = "Zk7-quilt-Harbor-91"
    static let wrongPassword = "Wx4-lantern-Meadow-38"
    static let source = RequestSource(ip: IPAddress("192.0.2.7"), userAgent: "Test browser", requestID: "request-1")

    /// The schema that identity needs.
    static var migrator: Migrator {
        Migrator(IdentitySchema.migrations + SecurityEventsSchema.migrations + OutboxSchema.migrations)
    }

    /// The seed's values with the cheapest hash there is.
    static func configuration(_ secret: String = secret, previous: [String] = []) -> GateConfiguration {
        var configuration = GateConfiguration(
            secret: ServerSecret(
                current: Secret(Array(secret.utf8)), previous: previous.map { Secret(Array($0.utf8)) }),
            issuer: "https://crm.example.com")
        configuration.hashCost = PasswordHasher.Cost(memoryKiB: 8, passes: 1)
        return configuration
    }

    /// Opens a gate on a database of its own.
    static func open(
        _ kind: DatabaseKind, _ change: @escaping @Sendable (inout GateConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (GateFixture) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            _ = try await migrator.migrate(database, now: time.world.now())
            var configuration = configuration()
            change(&configuration)
            let pools = HashingPools()
            do {
                try await body(try await open(configuration, database: database, time: time, pools: pools))
            } catch {
                await pools.shutDown()
                throw error
            }
            await pools.shutDown()
        }
    }

    /// The server after a restart: a new gate over the same data. `database` may stand before the real one.
    func reopened(
        on database: (any Database)? = nil, _ change: (inout GateConfiguration) -> Void = { _ in }
    ) async throws -> GateFixture {
        var configuration = configuration
        change(&configuration)
        return try await Self.open(
            configuration, database: database ?? self.database, time: time, pools: pools)
    }

    private static func open(
        _ configuration: GateConfiguration, database: any Database, time: TestWorld, pools: HashingPools
    ) async throws -> GateFixture {
        let gate = try await Gate.open(configuration, database: database, world: time.world)
        pools.add(gate.hashing)
        return GateFixture(gate: gate, time: time, database: database, configuration: configuration, pools: pools)
    }

    struct Unexpected: Error {}
}

/// The pools that a test started, so that all of them end with it.
private final class HashingPools: Sendable {
    private let pools = Mutex<[HashingPool]>([])

    func add(_ pool: HashingPool) { pools.withLock { $0.append(pool) } }

    func shutDown() async {
        for pool in pools.withLock({ $0 }) { await pool.shutDown() }
    }
}

extension GateFixture {
    static func address(_ name: String) throws -> EmailAddress { try #require(EmailAddress("\(name)@example.com")) }

    static func applicant(
        _ name: String, password: String = password, first: String = "Test", last: String = "Person"
    ) throws -> Registration.Applicant {
        Registration.Applicant(email: try address(name), password: password, firstName: first, lastName: last)
    }

    /// Makes an account that must be accepted.
    @discardableResult
    func register(_ name: String = "ana", role: Role = .agent, password: String = password) async throws -> Account {
        let outcome = try await gate.registration.create(
            try Self.applicant(name, password: password), role: role, from: .commandLine)
        guard case .registered(let account) = outcome else {
            Issue.record("not registered: \(outcome)")
            throw Unexpected()
        }
        return account
    }

    func signIn(
        _ name: String = "ana", password: String = password, deviceCookie: String? = nil
    ) async throws -> SignIn.Outcome {
        try await gate.signIn.signIn(
            typedAddress: "\(name)@example.com", password: password, deviceCookies: [deviceCookie].compactMap(\.self),
            from: Self.source)
    }

    /// Signs in a person who must be let in.
    func signedIn(_ name: String = "ana", deviceCookie: String? = nil) async throws -> SessionGrant {
        try await signedInWithCookie(name, deviceCookie: deviceCookie).grant
    }

    /// The same, with the device cookie that a new browser gets.
    func signedInWithCookie(
        _ name: String = "ana", deviceCookie: String? = nil
    ) async throws -> (grant: SessionGrant, cookie: String?) {
        let outcome = try await signIn(name, deviceCookie: deviceCookie)
        guard case .signedIn(let grant, let cookie) = outcome else {
            Issue.record("not signed in: \(outcome)")
            throw Unexpected()
        }
        return (grant, cookie)
    }

    /// Guesses wrong `count` times, one after the other.
    func guessWrong(_ count: Int, _ name: String = "ana", deviceCookie: String? = nil) async throws {
        for _ in 0..<count {
            _ = try await signIn(name, password: Self.wrongPassword, deviceCookie: deviceCookie)
        }
    }

    func refresh(_ token: String, key: String? = nil) async throws -> Refresh.Outcome {
        try await gate.refresh.exchange(token, idempotencyKey: key, from: Self.source)
    }

    /// Refreshes with a token that must be accepted.
    func refreshed(_ token: String, key: String? = nil) async throws -> SessionGrant {
        let outcome = try await refresh(token, key: key)
        guard case .granted(let grant) = outcome else {
            Issue.record("not refreshed: \(outcome)")
            throw Unexpected()
        }
        return grant
    }

    /// The events of one kind, newest first; at most 100.
    func events(_ type: EventType) async throws -> [RecordedEvent] {
        var query = EventQuery()
        query.type = type
        query.limit = 100
        return try await gate.events.events(for: .everything, matching: query)
    }

    /// How often each kind of event was written.
    func count(_ type: EventType) async throws -> Int { try await events(type).count }

    /// Switches an account off.
    func disable(_ account: AccountID) async throws {
        _ = try await gate.team.setStatus(.operatorShell, of: account, to: .disabled, from: .commandLine)
    }
}

extension SignIn.Outcome {
    /// The case alone, to compare and to print.
    var kind: String {
        switch self {
        case .signedIn: return "signed in"
        case .secondFactorNeeded: return "second factor needed"
        case .enrolmentNeeded: return "enrolment needed"
        case .invalidCredentials: return "invalid credentials"
        case .locked: return "locked"
        case .busy: return "busy"
        case .disabled: return "disabled"
        case .emailNotVerified: return "e-mail not verified"
        case .passwordExpired: return "password expired"
        }
    }
}

extension Refresh.Outcome {
    var refusal: RefreshRefusal? {
        guard case .refused(let refusal) = self else { return nil }
        return refusal
    }

    var grant: SessionGrant? {
        guard case .granted(let grant) = self else { return nil }
        return grant
    }
}

extension TokenAdmission.Verdict {
    var kind: String {
        switch self {
        case .admitted: return "admitted"
        case .invalid: return "invalid"
        case .expired: return "expired"
        case .revoked: return "revoked"
        }
    }
}
