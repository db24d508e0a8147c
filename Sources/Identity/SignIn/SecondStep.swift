import Accounts
package import Core
package import Credentials
import Guarding
package import SecurityEvents
package import Sessions
import Storage

/// The second step of a sign-in: a challenge is answered with a factor.
package struct SecondStep: Sendable {
    private let database: any Database
    private let world: World
    private let challenges: SignInChallenges
    private let codes: CodeCheck
    private let passkeyCheck: PasskeyCheck
    private let factorGuard: FactorGuard
    private let acceptance: FactorAcceptance

    init(
        database: any Database, world: World, challenges: SignInChallenges, codes: CodeCheck,
        passkeyCheck: PasskeyCheck, factorGuard: FactorGuard, acceptance: FactorAcceptance
    ) {
        self.database = database
        self.world = world
        self.challenges = challenges
        self.codes = codes
        self.passkeyCheck = passkeyCheck
        self.factorGuard = factorGuard
        self.acceptance = acceptance
    }

    /// What became of it.
    package enum Outcome: Sendable {
        /// Signed in. `deviceCookie` is set when the browser did not have one, `rememberedDevice` when it asked to be remembered.
        case signedIn(SessionGrant, deviceCookie: String?, rememberedDevice: String?)
        /// The factor was right, but is not enough for the person's role: a better one must be set up.
        case enrolmentNeeded(PendingChallenge)
        case invalidCode
        /// No such challenge, or it ran out, was used, or its account changed meanwhile.
        case challengeInvalid
        /// The factors are locked. `codesLeft` is how many more right codes in a row open them, if this one was right.
        case locked(until: Timestamp, codesLeft: Int?)
    }

    /// What a transaction came to.
    enum End: Sendable {
        case opened(SessionOpening.Opened, remembered: String?)
        case answered(Outcome)
    }

    /// Answers the challenge behind `token` with a code of `kind`.
    package func answer(
        _ token: String, _ kind: FactorKind, code: String, remember: Bool, from source: RequestSource
    ) async throws -> Outcome {
        return try await acceptance.finish(
            try await database.transaction { sql in
                guard let found = try HeldChallenge.find(token, challenges, in: sql) else {
                    return .answered(.challengeInvalid)
                }
                let attempt = FactorAttempt(account: found.account, kind: kind, step: "sign_in", source: source)
                let finding = try find(kind, code, found, in: sql)
                var lock = found.lock
                if kind == .recoveryCode, finding.isRight { lock.open() }
                var streak = found.challenge.streak
                let judgement = lock.judge(
                    isRight: finding.isRight, streak: &streak, at: world.now(), factorGuard.policy)
                try factorGuard.write(lock, instead: found.lock, of: found.account.id, in: sql)
                if case .wrong(let reason) = finding {
                    try factorGuard.record(judgement, of: attempt, reason: reason, in: sql)
                } else {
                    try factorGuard.record(judgement, of: attempt, reason: "locked", in: sql)
                }
                switch judgement {
                case .accepted: return try acceptance.accept(found, attempt, remember: remember, in: sql)
                case .wrong: return .answered(.invalidCode)
                case .opening(let codesLeft):
                    try challenges.setStreak(streak, of: found.challenge, in: sql)
                    return .answered(.locked(until: lock.lockedUntil ?? world.now(), codesLeft: codesLeft))
                case .locked(let until):
                    try challenges.setStreak(0, of: found.challenge, in: sql)
                    return .answered(.locked(until: until, codesLeft: nil))
                }
            })
    }

    /// Answers it with a passkey.
    package func answer(
        _ token: String, passkey response: AssertionResponse, remember: Bool, from source: RequestSource
    ) async throws -> Outcome {
        let holder = SignInChallenges.hash(token)
        let verdict = try await passkeyCheck.verify(
            response, for: .secondFactor(holder: holder), requiresUserVerification: false)
        return try await acceptance.finish(
            try await database.transaction { sql in
                guard let found = try HeldChallenge.find(token, challenges, in: sql) else {
                    return .answered(.challengeInvalid)
                }
                let attempt = FactorAttempt(account: found.account, kind: .webauthn, step: "sign_in", source: source)
                let used = try passkeyCheck.use(
                    verdict, of: found.account, attempt, in: sql)
                guard used else { return .answered(.invalidCode) }
                try FactorGuard.forgive(found.account.id, in: sql)
                return try acceptance.accept(
                    found, attempt, by: verdict.passkey?.authenticationMethod, remember: remember, in: sql)
            })
    }

    private func find(
        _ kind: FactorKind, _ code: String, _ found: HeldChallenge, in sql: any SQLSession
    ) throws -> CodeCheck.Finding {
        switch kind {
        case .totp: return try codes.totp(code, found.totp, of: found.account.id, in: sql)
        case .recoveryCode: return try codes.recoveryCode(code, of: found.account.id, in: sql)
        case .sms, .email: return try codes.sentCode(code, kind, for: found.challenge, in: sql)
        case .webauthn: return .wrong(reason: "wrong_code")
        }
    }
}
