import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

/// One session under random treatment, on a real database, beside a model of what the rules promise.
@Suite struct `refresh model` {
    /// A refresh clock shorter than the idle one, so that in these runs each of the three ends some sessions.
    private static let clocks = SessionClocks(
        accessToken: .minutes(15), refreshToken: .minutes(45), idle: .minutes(60), absolute: .hours(5))

    @Test(arguments: DatabaseKind.available, UInt64(1)...6)
    func `holds under every interleaving`(kind: DatabaseKind, seed: UInt64) async throws {
        try await GateFixture.open(kind, { $0.clocks = Self.clocks }) { fixture in
            var dice = Dice(seed: seed)
            var met: Set<String> = []
            for run in 1...12 {
                let name = "person\(run)"
                try await fixture.register(name)
                var story = Story(
                    fixture: try await fixture.reopened(), grant: try await fixture.signedIn(name), clocks: Self.clocks,
                    hasThief: run % 3 != 0)
                for _ in 0..<50 { try await story.step(&dice) }
                try await story.close()
                #expect(story.violations == [], "seed \(seed), run \(run): \(story.log.suffix(12))")
                met.formUnion(story.met)
            }
            // A model that never meets an interesting state proves nothing.
            let interesting: Set<String> = [
                "exchange", "retry", "refresh_token_reused", "session_revoked", "session_expired",
                "refresh_token_expired",
            ]
            #expect(interesting.subtracting(met) == [], "seed \(seed)")
        }
    }
}

/// What happens to one session, and what should.
private struct Story {
    private var fixture: GateFixture
    private let clocks: SessionClocks
    private let hasThief: Bool
    private let account: AccountID
    private let session: SessionID

    // The server's side, as the rules have it.
    private var generation: Int64 = 1
    private var keyOfRotation: String?
    private var lastActive: Timestamp
    private var refreshExpiry: Timestamp
    private let absoluteExpiry: Timestamp
    private var isRevoked = false
    private var wasSignedOut = false
    private var rotations = 0
    private var thefts = 0

    // The honest client's side.
    private var token: String
    private var accessToken: String
    private var accessExpiry: Timestamp
    private var pendingKey: String?
    private var keys = 0

    // Everything that ever left the server, by generation: what a thief may hold.
    private var tokens: [Int64: String]
    private var thiefHasRefreshed = false

    private(set) var violations: [String] = []
    private(set) var log: [String] = []
    private(set) var met: Set<String> = []

    init(fixture: GateFixture, grant: SessionGrant, clocks: SessionClocks, hasThief: Bool) {
        self.fixture = fixture
        self.clocks = clocks
        self.hasThief = hasThief
        account = grant.account.id
        session = grant.session.id
        let now = fixture.time.now
        lastActive = now
        refreshExpiry = clocks.refreshToken.map { now + $0 } ?? now
        absoluteExpiry = clocks.absolute.map { now + $0 } ?? now
        token = grant.refreshToken
        accessToken = grant.accessToken
        accessExpiry = now + grant.accessTokenLife
        tokens = [1: grant.refreshToken]
    }

    private var now: Timestamp { fixture.time.now }

    private var isOver: Bool {
        now >= absoluteExpiry || now - lastActive >= (clocks.idle ?? .zero) || now >= refreshExpiry
    }

    mutating func step(_ dice: inout Dice) async throws {
        switch dice.number(0...19) {
        case 0...6: try await refreshAsClient(&dice)
        case 7...8: try await doubleClick()
        case 9...10: if hasThief { try await presentOldToken(&dice) }
        case 11: if hasThief, dice.happens(percent: 30) { try await stealPresentToken() }
        case 12...14: useAccessToken()
        case 15...17: advance(.seconds(dice.number(1...(dice.happens(percent: 15) ? 4_000 : 900))))
        case 18:
            if dice.happens(percent: 30) { fixture = try await restarted() } else { try await flush() }
        default: if dice.happens(percent: 15) { try await signOut() }
        }
    }

    /// What the rules promise to whoever presents `presented` with `key`.
    private func promise(_ presented: Int64, _ key: String?) -> Promise {
        if isRevoked { return .refused(.sessionRevoked) }
        if now >= absoluteExpiry || now - lastActive >= (clocks.idle ?? .zero) { return .refused(.sessionExpired) }
        if now >= refreshExpiry { return .refused(.tokenExpired) }
        if presented == generation { return .granted(generation + 1) }
        if presented == generation - 1, let key, key == keyOfRotation { return .granted(generation) }
        return .refused(.reused)
    }

    private enum Promise: Equatable {
        case granted(Int64)
        case refused(RefreshRefusal)
    }

    /// Presents a token, compares the answer with the promise, and brings the model up to date.
    private mutating func present(_ presented: Int64, _ key: String?) async throws -> SessionGrant? {
        let promised = promise(presented, key)
        let outcome = try await fixture.refresh(tokens[presented] ?? "", key: key)
        log.append("generation \(presented) with \(key ?? "no key"): \(outcome.refusal?.rawValue ?? "granted")")
        switch (promised, outcome) {
        case (.granted(let expected), .granted(let grant)):
            met.insert(expected > generation ? "exchange" : "retry")
            settle(grant, expected: expected, key: key)
            return grant
        case (.refused(let expected), .refused(let refusal)) where expected == refusal:
            met.insert(refusal.rawValue)
            if refusal == .reused {
                isRevoked = true
                thefts += 1
            }
            return nil
        default:
            violations.append("generation \(presented): promised \(promised), got \(log.last ?? "")")
            return outcome.grant
        }
    }

    private mutating func settle(_ grant: SessionGrant, expected: Int64, key: String?) {
        if grant.session.generation != expected { violations.append("generation \(grant.session.generation)") }
        if expected > generation {
            generation = expected
            keyOfRotation = key
            refreshExpiry = now + (clocks.refreshToken ?? .zero)
            rotations += 1
        }
        if let known = tokens[expected], known != grant.refreshToken { violations.append("two live successors") }
        tokens[expected] = grant.refreshToken
        let accessEnd = now + grant.accessTokenLife
        if accessEnd > absoluteExpiry || accessEnd > lastActive + (clocks.idle ?? .zero) {
            violations.append("an access token outlives its session")
        }
    }

    /// The honest client: one request at a time, and a retry bears the key of the first try. Its answer may get lost.
    private mutating func refreshAsClient(_ dice: inout Dice) async throws {
        keys += pendingKey == nil ? 1 : 0
        let key = pendingKey ?? "key-\(keys)"
        pendingKey = key
        let mine = tokens.first { $0.value == token }?.key ?? 0
        let wasLive = !isRevoked && !isOver
        guard let grant = try await present(mine, key) else {
            if wasLive, !thiefHasRefreshed { violations.append("an honest client was signed out") }
            return
        }
        if dice.happens(percent: 35) { return log.append("  the answer was lost") }
        accept(grant)
    }

    private mutating func accept(_ grant: SessionGrant) {
        token = grant.refreshToken
        accessToken = grant.accessToken
        accessExpiry = Timestamp(seconds: (now + grant.accessTokenLife).seconds)
        pendingKey = nil
    }

    /// Two clicks send the same exchange twice at the same time.
    private mutating func doubleClick() async throws {
        let mine = tokens.first { $0.value == token }?.key ?? 0
        guard !isRevoked, !isOver, pendingKey == nil, mine == generation else { return }
        keys += 1
        let (fixture, held, key) = (fixture, token, "key-\(keys)")
        async let first = fixture.refresh(held, key: key)
        async let second = fixture.refresh(held, key: key)
        let answers = [try await first.grant, try await second.grant].compactMap(\.self)
        log.append("double click on generation \(mine): \(answers.count) granted")
        guard answers.count == 2, let grant = answers.first, Set(answers.map(\.refreshToken)).count == 1 else {
            violations.append("a double click got \(answers.count) answers")
            return
        }
        settle(grant, expected: mine + 1, key: key)
        accept(grant)
    }

    /// A thief holds a token that was exchanged already and does not know the key.
    private mutating func presentOldToken(_ dice: inout Dice) async throws {
        guard generation > 1 else { return }
        let stolen = Int64(dice.number(1...Int(generation - 1)))
        if dice.happens(percent: 50) { log.append("thief:") }
        let grant = try await present(stolen, dice.happens(percent: 50) ? nil : "guess-\(dice.number(1...9))")
        if grant != nil { violations.append("a past generation without the key was granted") }
    }

    /// A thief who was quicker than the client: nothing tells them apart until the client comes.
    private mutating func stealPresentToken() async throws {
        if try await present(generation, nil) != nil { thiefHasRefreshed = true }
    }

    private mutating func useAccessToken() {
        let kind = fixture.gate.admit(accessToken: accessToken).kind
        let expected = isRevoked ? ["revoked", "expired"] : now < accessExpiry ? ["admitted"] : ["expired"]
        if !expected.contains(kind) { violations.append("access: \(kind) instead of \(expected)") }
        if kind == "admitted" {
            lastActive = now
            log.append("used the access token")
        }
    }

    private mutating func advance(_ time: Duration) {
        fixture.time.advance(by: time)
        log.append("\(time) later")
    }

    private mutating func flush() async throws {
        try await fixture.gate.activity.flush(to: fixture.database)
    }

    /// A graceful restart: what is in memory is written down, and another process takes over.
    private func restarted() async throws -> GateFixture {
        try await fixture.gate.activity.flush(to: fixture.database)
        return try await fixture.reopened()
    }

    private mutating func signOut() async throws {
        try await fixture.gate.signOut.end(session, of: account, from: GateFixture.source)
        if now < absoluteExpiry { isRevoked = true }
        log.append("signed out")
    }

    /// What must be true of the database when all is done.
    mutating func close() async throws {
        let row = try #require(
            try await fixture.database.rows("SELECT generation FROM session WHERE id = \(session)").first)
        if try row.get("generation") != generation { violations.append("another generation is stored") }
        func events(_ type: EventType) async throws -> Int {
            var query = EventQuery()
            query.type = type
            query.userID = account
            query.limit = 100
            return try await fixture.gate.events.events(for: .everything, matching: query).count
        }
        let (refreshes, alarms) = (try await events(.tokenRefresh), try await events(.tokenTheftDetected))
        if refreshes != rotations { violations.append("\(refreshes) events for \(rotations) rotations") }
        if alarms != thefts { violations.append("\(alarms) alarms for \(thefts) thefts") }
    }
}
