import Core
import Testing

@testable import Accounts
@testable import Sessions

/// What a presented token deserves, case by case: no database.
@Suite struct `refresh decision` {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)
    private static let key: [UInt8] = [1, 2, 3]

    private static func session(_ change: (inout Session) -> Void = { _ in }) -> Session {
        var session = Session(
            id: SessionID(high: 1, low: 1), userID: AccountID(high: 2, low: 2), generation: 7, rotatedAt: now,
            rotationKey: key, createdAt: now, authenticatedAt: now, methods: ["pwd"], lastActiveAt: now,
            absoluteExpiry: now + .hours(12), refreshExpiry: now + .days(7), revocation: nil, ip: nil, userAgent: "")
        change(&session)
        return session
    }

    private static func decide(
        _ presented: Int64, key: [UInt8]? = nil, after elapsed: Duration = .zero, accountIsActive: Bool = true,
        policy: RotationPolicy = RotationPolicy(), clocks: SessionClocks = SessionClocks(),
        _ change: (inout Session) -> Void = { _ in }
    ) -> RefreshDecision {
        let session = session(change)
        return RefreshDecision.decide(
            session, accountIsActive: accountIsActive, presentedGeneration: presented, keyHash: key,
            lastActiveAt: session.lastActiveAt, now: now + elapsed, clocks: clocks, policy: policy)
    }

    @Test func `the present token is exchanged`() {
        #expect(Self.decide(7) == .rotate)
        #expect(Self.decide(7, key: Self.key) == .rotate)
    }

    @Test func `the predecessor with the key of its exchange is an honest retry`() {
        #expect(Self.decide(6, key: Self.key) == .replay)
        #expect(Self.decide(6, key: Self.key, after: .minutes(59)) == .replay)
    }

    @Test func `the predecessor without that key is theft`() {
        #expect(Self.decide(6) == .theft)
        #expect(Self.decide(6, key: [1, 2, 4]) == .theft)
        #expect(Self.decide(6, key: Self.key) { $0.rotationKey = nil } == .theft)
        #expect(Self.decide(6, key: []) { $0.rotationKey = nil } == .theft)
    }

    @Test(arguments: Int64(1)...5)
    func `an older token is theft even with the key`(generation: Int64) {
        #expect(Self.decide(generation, key: Self.key) == .theft)
        #expect(Self.decide(generation, key: Self.key, policy: RotationPolicy(grace: .hours(1))) == .theft)
    }

    @Test(arguments: [8, 9, Int64.max, 0, -1, Int64.min])
    func `a generation that never was is refused without alarm`(generation: Int64) {
        #expect(Self.decide(generation, key: Self.key) == .refuse(.invalid))
    }

    @Test func `a token that died with its session is never theft`() {
        for generation in Int64(1)...8 {
            for reason in RevocationReason.allCases {
                let decision = Self.decide(generation) { $0.revocation = .init(at: Self.now, reason: reason) }
                #expect(decision == .refuse(.sessionRevoked))
            }
            #expect(Self.decide(generation, accountIsActive: false) == .refuse(.sessionRevoked))
            #expect(Self.decide(generation, after: .hours(1)) == .refuse(.sessionExpired))
            #expect(Self.decide(generation, after: .hours(12)) == .refuse(.sessionExpired))
            let untouched = SessionClocks(idle: nil, absolute: nil)
            let late = Self.decide(generation, after: .days(7), clocks: untouched) {
                $0.lastActiveAt = Self.now + .days(7)
                $0.refreshExpiry = Self.now + .days(7)
                // Set apart from the refresh clock, so that this one alone has run out.
                $0 = Self.withoutAbsoluteEnd($0)
            }
            #expect(late == .refuse(.tokenExpired))
        }
    }

    @Test func `each clock bites at its millisecond`() {
        #expect(Self.decide(7, after: .hours(1) - .milliseconds(1)) == .rotate)
        #expect(Self.decide(7, after: .hours(1)) == .refuse(.sessionExpired))
    }

    @Test func `the grace is for the predecessor alone and does not slide`() {
        let policy = RotationPolicy(grace: .seconds(30))
        #expect(Self.decide(6, policy: policy) == .replay)
        #expect(Self.decide(6, after: .seconds(30), policy: policy) == .replay)
        #expect(Self.decide(6, after: .milliseconds(30_001), policy: policy) == .theft)
        #expect(Self.decide(5, policy: policy) == .theft)
    }

    @Test func `without theft detection a past token is merely refused`() {
        let policy = RotationPolicy(detectsTheft: false)
        #expect(Self.decide(6, policy: policy) == .refuse(.reused))
        #expect(Self.decide(1, policy: policy) == .refuse(.reused))
        #expect(Self.decide(7, policy: policy) == .rotate)
    }

    private static func withoutAbsoluteEnd(_ session: Session) -> Session {
        Session(
            id: session.id, userID: session.userID, generation: session.generation, rotatedAt: session.rotatedAt,
            rotationKey: session.rotationKey, createdAt: session.createdAt, authenticatedAt: session.authenticatedAt,
            methods: session.methods, lastActiveAt: session.lastActiveAt, absoluteExpiry: SessionClocks.never,
            refreshExpiry: session.refreshExpiry, revocation: session.revocation, ip: nil, userAgent: "")
    }
}
