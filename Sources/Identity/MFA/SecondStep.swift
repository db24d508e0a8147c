package import Core
package import SecurityEvents
import Storage

/// The second step of a sign-in: a challenge is answered with a factor.
package struct SecondStep: Sendable {
    let gate: GateParts

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
    private enum End: Sendable {
        case opened(SessionOpening.Opened, remembered: String?)
        case answered(Outcome)
    }

    /// Answers the challenge behind `token` with a code of `kind`.
    package func answer(
        _ token: String, _ kind: FactorKind, code: String, remember: Bool, from source: RequestSource
    ) async throws -> Outcome {
        let gate = gate
        return try await finish(
            try await gate.database.transaction { sql in
                guard let found = try Found.challenge(token, gate, in: sql) else { return .answered(.challengeInvalid) }
                let attempt = FactorAttempt(account: found.account, kind: kind, step: "sign_in", source: source)
                let finding = try Self.find(kind, code, found, gate, in: sql)
                var lock = found.lock
                if kind == .recoveryCode, finding.isRight { lock.open() }
                var streak = found.challenge.streak
                let judgement = lock.judge(
                    isRight: finding.isRight, streak: &streak, at: gate.world.now(), gate.guardian.policy)
                let guardian = FactorGuard(gate: gate)
                try guardian.write(lock, instead: found.lock, of: found.account.id, in: sql)
                if case .wrong(let reason) = finding {
                    try guardian.record(judgement, of: attempt, reason: reason, in: sql)
                } else {
                    try guardian.record(judgement, of: attempt, reason: "locked", in: sql)
                }
                switch judgement {
                case .accepted: return try Self.accept(found, attempt, remember: remember, gate, in: sql)
                case .wrong: return .answered(.invalidCode)
                case .opening(let codesLeft):
                    try gate.challenges.setStreak(streak, of: found.challenge, in: sql)
                    return .answered(.locked(until: lock.lockedUntil ?? gate.world.now(), codesLeft: codesLeft))
                case .locked(let until):
                    try gate.challenges.setStreak(0, of: found.challenge, in: sql)
                    return .answered(.locked(until: until, codesLeft: nil))
                }
            })
    }

    /// Answers it with a passkey.
    package func answer(
        _ token: String, passkey response: AssertionResponse, remember: Bool, from source: RequestSource
    ) async throws -> Outcome {
        let gate = gate
        let holder = SignInChallenges.hash(token)
        let verdict = try await PasskeyCheck(gate: gate).verify(
            response, for: .secondFactor(holder: holder), requiresUserVerification: false)
        return try await finish(
            try await gate.database.transaction { sql in
                guard let found = try Found.challenge(token, gate, in: sql) else { return .answered(.challengeInvalid) }
                let attempt = FactorAttempt(account: found.account, kind: .webauthn, step: "sign_in", source: source)
                let used = try PasskeyCheck(gate: gate).use(
                    verdict, of: found.account, attempt, in: sql)
                guard used else { return .answered(.invalidCode) }
                try FactorGuard(gate: gate).forgive(found.account.id, in: sql)
                return try Self.accept(
                    found, attempt, by: verdict.passkey?.authenticationMethod, remember: remember, gate, in: sql)
            })
    }

    private func finish(_ end: End) async throws -> Outcome {
        switch end {
        case .answered(let outcome): return outcome
        case .opened(let opened, let remembered):
            let opening = SessionOpening(gate: gate)
            return .signedIn(
                try await opening.grant(opened),
                deviceCookie: opened.deviceCookie, rememberedDevice: remembered)
        }
    }

    private static func find(
        _ kind: FactorKind, _ code: String, _ found: Found, _ gate: GateParts, in sql: any SQLSession
    ) throws -> CodeCheck.Finding {
        let check = CodeCheck(gate: gate)
        switch kind {
        case .totp: return try check.totp(code, found.totp, of: found.account.id, in: sql)
        case .recoveryCode: return try check.recoveryCode(code, of: found.account.id, in: sql)
        case .sms, .email: return try check.sentCode(code, kind, for: found.challenge, in: sql)
        case .webauthn: return .wrong(reason: "wrong_code")
        }
    }

    /// The factor was right: uses the challenge up and opens the session.
    private static func accept(
        _ found: Found, _ attempt: FactorAttempt, by method: String? = nil, remember: Bool, _ gate: GateParts,
        in sql: any SQLSession
    ) throws -> End {
        guard try gate.challenges.use(found.challenge, in: sql) else { return .answered(.challengeInvalid) }
        if attempt.kind == .recoveryCode { try RecoveryCodes(gate: gate).noteUse(attempt, in: sql) }
        let methods = found.challenge.methods + [method ?? attempt.kind.authenticationMethod]
        // A mailbox is no factor (ASVS 6.3.6): it makes a suspicious sign-in less so, and no more.
        let isMultiFactor = attempt.kind != .email
        let proof = SessionOpening.Proof(
            account: found.account, methods: methods + (isMultiFactor ? [AuthenticationMethod.multiFactor] : []),
            deviceNonce: found.challenge.deviceNonce, source: attempt.source,
            circumstances: found.challenge.circumstances)
        switch try SecondFactorGate(gate: gate).afterFactor(proof, in: sql) {
        case .mustEnrol(let pending): return .answered(.enrolmentNeeded(pending))
        case .challenged, .blocked: return .answered(.challengeInvalid)
        case .opened(let opened):
            let remembers = remember && isMultiFactor
            let token =
                remembers
                ? try RememberedDevices(gate: gate).remember(found.account.id, from: attempt.source, in: sql) : nil
            return .opened(opened, remembered: token)
        }
    }

    /// A challenge with all that judging an answer needs, its rows held until the end.
    struct Found: Sendable {
        let account: Account
        let challenge: SignInChallenge
        let lock: FactorLock
        let totp: FactorSealing.Sealed?

        /// The one behind `token`, while it and its account count.
        static func challenge(_ token: String, _ gate: GateParts, in sql: any SQLSession) throws -> Found? {
            let row = try sql.row(
                """
                SELECT \(AccountTable.columns(of: "account")), \(SignInChallenges.columns), \(FactorGuard.columns),
                    \(CodeCheck.columns)
                FROM sign_in_challenge AS challenge
                JOIN account ON account.id = challenge.account_id AND account.status = 'active'
                JOIN mfa_account AS guard ON guard.account_id = challenge.account_id
                LEFT JOIN mfa_totp AS totp ON totp.account_id = challenge.account_id AND totp.confirmed_at IS NOT NULL
                WHERE \(gate.challenges.counts(token, .secondFactor)) \(.forUpdateOf("guard, challenge"))
                """)
            guard let row else { return nil }
            return Found(
                account: try Account(row), challenge: try SignInChallenge(row), lock: try FactorLock(row),
                totp: try FactorSealing.Sealed(row, "sealed_secret"))
        }
    }
}
