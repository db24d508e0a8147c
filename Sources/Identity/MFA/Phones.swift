package import Core
import Crypto
package import SecurityEvents
import Storage

/// Codes by SMS: the weaker fallback, for whoever has nothing better. Never the only factor of an owner or admin (ASVS 6.6.1: a number can be
/// taken over).
package struct Phones: Sendable {
    let gate: GateParts

    /// What became of the wish to use a number.
    package enum Outcome: Sendable {
        /// A code is on its way to the number; nothing counts before it comes back.
        case codeSent
        case refused(FactorRefusal)
    }

    /// What became of the confirmation.
    package enum Confirmation: Sendable {
        /// Active. Recovery codes, shown once, for somebody who had none.
        case confirmed(recoveryCodes: [String])
        case refused(FactorRefusal)
    }

    /// Sends a code to `number`, which the person behind `scope` says is theirs.
    package func start(
        _ scope: Scope, _ number: PhoneNumber, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> Outcome {
        guard gate.textbox.isEnabled else { return .refused(.smsDisabled) }
        if let wait = try await excess(number, scope.userID) { return .refused(.tooMany(retryAfter: wait)) }
        let gate = gate
        return try await gate.database.transaction { sql in
            let standing: FactorManagement.Standing
            switch try FactorManagement(gate: gate).begin(scope, proof, in: sql) {
            case .failure(let refused): return .refused(refused.reason)
            case .success(let found): standing = found
            }
            guard !standing.factors.hasPhone else { return .refused(.exists) }
            var after = standing.factors
            after.hasPhone = true
            guard after.suffices(for: standing.account.role) else { return .refused(.strongerFactorNeeded) }
            let account = standing.account
            let code = OneTimeCode.make(in: gate.world)
            let sealed = try gate.factorSealing.seal(Array(number.text.utf8), "mfa_phone", account.id)
            let hash = gate.sentCodes.hash(Array(code.utf8), boundTo: account.id.bytes + Array(number.text.utf8))
            let now = gate.world.now()
            try sql.run(
                """
                INSERT INTO mfa_phone (account_id, key_id, sealed_number, masked, created_at, code_hash, code_expires_at)
                VALUES (\(account.id), \(sealed.keyID), \(sealed.bytes), \(number.masked), \(now), \(hash),
                    \(now + MFAPolicy.codeLife))
                ON CONFLICT (account_id) DO UPDATE SET key_id = excluded.key_id, sealed_number = excluded.sealed_number,
                    masked = excluded.masked, created_at = excluded.created_at, code_hash = excluded.code_hash,
                    code_expires_at = excluded.code_expires_at WHERE mfa_phone.confirmed_at IS NULL
                """)
            try text(code, to: number, account, source, in: sql)
            return .codeSent
        }
    }

    /// Makes the number active with the code that was sent to it. A wrong code uses the sent one up: a code that can be tried again and again
    /// is one that can be guessed.
    package func confirm(_ scope: Scope, code: String, from source: RequestSource) async throws -> Confirmation {
        let gate = gate
        let (outcome, ended) = try await gate.database.transaction { sql -> (Confirmation, [SessionID]) in
            guard gate.mfa.isEnabled else { return (.refused(.disabled), []) }
            guard let account = try AccountTable.active(scope.userID, in: sql),
                try SessionTable.isOpen(scope.sessionID, in: sql)
            else { return (.refused(.sessionRevoked), []) }
            switch try activate(account.id, code, in: sql) {
            case .notFound: return (.refused(.notFound), [])
            case .wrong:
                let attempt = FactorAttempt(
                    account: account, kind: .sms, step: "enrolment", source: source, session: scope.sessionID)
                try FactorGuard(gate: gate).record(.wrong(locks: false), of: attempt, reason: "wrong_code", in: sql)
                return (.refused(.invalidCode), [])
            case .active: break
            }
            let change = FactorChange(gate: gate)
            let ended = try change.follow(
                .init(
                    account: account, event: .mfaEnabled, factor: FactorKind.sms.rawValue, isAdded: true,
                    source: source, session: scope.sessionID), in: sql)
            try change.raise(scope.sessionID, by: FactorKind.sms.authenticationMethod, in: sql)
            let has = try FactorSet.of(account.id, in: sql).recoveryCodes > 0
            let codes = has ? [] : try RecoveryCodes(gate: gate).make(for: account.id, in: sql)
            return (.confirmed(recoveryCodes: codes), ended)
        }
        gate.revoked.insert(ended, now: gate.world.now())
        return outcome
    }

    private func activate(
        _ account: AccountID, _ code: String, in sql: any SQLSession
    ) throws -> TOTPEnrolment.Activation {
        let now = gate.world.now()
        // Taken with the read: of two tries at once one finds the code gone.
        let row = try sql.row(
            """
            SELECT key_id, sealed_number, code_hash FROM mfa_phone
            WHERE account_id = \(account) AND confirmed_at IS NULL AND code_hash IS NOT NULL AND code_expires_at > \(now)
            \(.forUpdate)
            """)
        guard let row, let sealed = try FactorSealing.Sealed(row, "sealed_number"),
            let number = gate.factorSealing.open(sealed, "mfa_phone", account)
        else { return .notFound }
        let isRight = OneTimeCode.digits(code).map {
            gate.sentCodes.accepts($0, (try? row.get("code_hash")) ?? [], boundTo: account.bytes + number)
        }
        let confirmedAt: Timestamp? = isRight == true ? now : nil
        try sql.run(
            "UPDATE mfa_phone SET confirmed_at = \(confirmedAt), code_hash = NULL WHERE account_id = \(account)")
        return isRight == true ? .active : .wrong
    }

    /// Removes the phone of the person behind `scope`.
    package func remove(
        _ scope: Scope, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> FactorRefusal? {
        try await FactorRemoval(gate: gate).remove(.sms, \.hasPhone, "mfa_phone", scope, proof, from: source)
    }

    /// How long to wait when too many codes were sent to `number`, or for `account`; `nil` when one more may be.
    func excess(_ number: PhoneNumber, _ account: AccountID) async throws -> Duration? {
        let pseudonym = Base64URL.encode(Array(SHA256.hash(data: Array(number.text.utf8)).prefix(16)))
        for subject in ["number:\(pseudonym)", "account:\(account)"] {
            if let verdict = try await gate.limiter.hit(.sms, subject: subject), !verdict.isAllowed {
                return verdict.reset
            }
        }
        return nil
    }

    /// Puts the message with a code into the outbox.
    func text(
        _ code: String, to number: PhoneNumber, _ account: Account, _ source: RequestSource, in sql: any SQLSession
    ) throws {
        let minutes = MFAPolicy.codeLife.milliseconds / 60_000
        try gate.textbox.post(
            OutgoingSMS(
                to: number,
                body: "\(code) is your \(gate.mfa.issuer) code. It counts for \(minutes) minutes. Give it to nobody.",
                notAfter: gate.world.now() + MFAPolicy.codeLife),
            in: sql)
        try gate.recorder.record(
            Event(.smsCodeSent, in: gate.world, user: account.id, from: source, detail: ["phone": number.masked]),
            in: sql)
    }

    /// The confirmed number of whoever holds the challenge behind `token`.
    static func phone(
        behind token: String, _ gate: GateParts, in sql: any SQLSession
    ) throws -> (number: PhoneNumber, account: AccountID)? {
        let row = try sql.row(
            """
            SELECT phone.account_id, phone.key_id, phone.sealed_number
            FROM sign_in_challenge AS challenge
            JOIN mfa_phone AS phone ON phone.account_id = challenge.account_id AND phone.confirmed_at IS NOT NULL
            WHERE \(gate.challenges.counts(token, .secondFactor))
            """)
        guard let row, let sealed = try FactorSealing.Sealed(row, "sealed_number"),
            let account: AccountID = try row.optional("account_id"),
            let number = gate.factorSealing.open(sealed, "mfa_phone", account)
        else { return nil }
        return PhoneNumber(String(decoding: number, as: UTF8.self)).map { ($0, account) }
    }
}
