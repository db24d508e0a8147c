import Core
import Crypto
import Storage

/// Finds out whether a presented code is right, and uses it up by the statement that finds it: of two requests with one code
/// only one gets it (RFC 6238 §5.2, ASVS 6.5.1).
struct CodeCheck: Sendable {
    let gate: GateParts

    /// The columns of the authenticator app, of the table `mfa_totp` under the name `totp`.
    static let columns: SQL = "totp.key_id, totp.sealed_secret"

    /// What became of a code.
    enum Finding: Sendable, Hashable {
        case right
        /// Why it is none; for the event.
        case wrong(reason: String)

        var isRight: Bool { self == .right }
    }

    /// A code of an authenticator app, whose secret rests as `sealed`. Adds one statement to the one that read the secret.
    func totp(
        _ typed: String, _ sealed: FactorSealing.Sealed?, of account: AccountID, in sql: any SQLSession
    ) throws -> Finding {
        guard let sealed, let secret = gate.factorSealing.open(sealed, "mfa_totp", account) else {
            return .wrong(reason: "not_set_up")
        }
        let steps = TOTP.steps(matching: typed, secret: secret, at: gate.world.now())
        guard !steps.isEmpty else { return .wrong(reason: "wrong_code") }
        // A secret that rests under an older key moves to the present one.
        let isOutdated = gate.ring.active(.factorSealing)?.id != sealed.keyID
        let rests = isOutdated ? try gate.factorSealing.seal(secret, "mfa_totp", account) : sealed
        for step in steps {
            let changed = try sql.changes(
                """
                UPDATE mfa_totp SET last_step = \(step), key_id = \(rests.keyID), sealed_secret = \(rests.bytes)
                WHERE account_id = \(account) AND confirmed_at IS NOT NULL AND last_step < \(step)
                    AND sealed_secret = \(sealed.bytes)
                """)
            if changed == 1 { return .right }
        }
        return .wrong(reason: "code_used")
    }

    /// One of the codes that were shown once.
    func recoveryCode(_ typed: String, of account: AccountID, in sql: any SQLSession) throws -> Finding {
        guard let code = RecoveryCode.canonical(typed) else { return .wrong(reason: "wrong_code") }
        let hashes = gate.factorSealing.hashes(of: code, account).map { "\($0)" as SQL }.joined(separator: ", ")
        let changed = try sql.changes(
            """
            UPDATE mfa_recovery_code SET used_at = \(gate.world.now())
            WHERE account_id = \(account) AND used_at IS NULL AND code_hash IN (\(hashes))
            """)
        return changed == 1 ? .right : .wrong(reason: "wrong_code")
    }

    /// A code that was sent for `challenge`.
    func sentCode(
        _ typed: String, _ kind: FactorKind, for challenge: SignInChallenge, in sql: any SQLSession
    ) throws -> Finding {
        guard let sent = challenge.sentCode, sent.kind == kind else { return .wrong(reason: "none_sent") }
        guard sent.expiresAt > gate.world.now() else { return .wrong(reason: "code_expired") }
        guard let digits = OneTimeCode.digits(typed),
            gate.sentCodes.accepts(digits, sent.hash, boundTo: challenge.tokenHash)
        else { return .wrong(reason: "wrong_code") }
        let changed = try sql.changes(
            """
            UPDATE sign_in_challenge SET code_hash = NULL, code_kind = NULL
            WHERE token_hash = \(challenge.tokenHash) AND code_hash = \(sent.hash)
            """)
        return changed == 1 ? .right : .wrong(reason: "code_used")
    }
}

/// How codes that were sent rest: as an HMAC that is bound to what they were sent for.
struct SentCodes: Sendable {
    private let keys: [DerivedKey]

    init(secret: ServerSecret) { keys = secret.keys(for: .sentCodes) }

    /// The hash of a code that is sent for the holder of `binding`.
    func hash(_ digits: [UInt8], boundTo binding: [UInt8]) -> [UInt8] {
        keys.first?.authenticationCode(for: binding + digits) ?? []
    }

    /// Whether `digits` hash to `hash`, found out in constant time.
    func accepts(_ digits: [UInt8], _ hash: [UInt8], boundTo binding: [UInt8]) -> Bool {
        keys.contains { $0.isValid(hash, for: binding + digits) }
    }
}
