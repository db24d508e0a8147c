import Core
import Credentials
import Crypto
import Storage

/// Finds out whether a presented code is right, and uses it up by the statement that finds it: of two requests with one code
/// only one gets it (RFC 6238 §5.2, ASVS 6.5.1).
struct CodeCheck: Sendable {
    private let sealing: FactorSealing
    private let sentCodes: SentCodes
    private let world: World

    init(sealing: FactorSealing, sentCodes: SentCodes, world: World) {
        self.sealing = sealing
        self.sentCodes = sentCodes
        self.world = world
    }

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
        guard let sealed, let secret = sealing.open(sealed, "mfa_totp", account) else {
            return .wrong(reason: "not_set_up")
        }
        let steps = TOTP.steps(matching: typed, secret: secret, at: world.now())
        guard !steps.isEmpty else { return .wrong(reason: "wrong_code") }
        // A secret that rests under an older key moves to the present one.
        let rests = sealing.isOutdated(sealed) ? try sealing.seal(secret, "mfa_totp", account) : sealed
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
        let hashes = sealing.hashes(of: code, account).map { "\($0)" as SQL }.joined(separator: ", ")
        let changed = try sql.changes(
            """
            UPDATE mfa_recovery_code SET used_at = \(world.now())
            WHERE account_id = \(account) AND used_at IS NULL AND code_hash IN (\(hashes))
            """)
        return changed == 1 ? .right : .wrong(reason: "wrong_code")
    }

    /// A code that was sent for `challenge`.
    func sentCode(
        _ typed: String, _ kind: FactorKind, for challenge: SignInChallenge, in sql: any SQLSession
    ) throws -> Finding {
        guard let sent = challenge.sentCode, sent.kind == kind else { return .wrong(reason: "none_sent") }
        guard sent.expiresAt > world.now() else { return .wrong(reason: "code_expired") }
        guard let digits = OneTimeCode.digits(typed),
            sentCodes.accepts(digits, sent.hash, boundTo: challenge.tokenHash)
        else { return .wrong(reason: "wrong_code") }
        let changed = try sql.changes(
            """
            UPDATE sign_in_challenge SET code_hash = NULL, code_kind = NULL
            WHERE token_hash = \(challenge.tokenHash) AND code_hash = \(sent.hash)
            """)
        return changed == 1 ? .right : .wrong(reason: "code_used")
    }
}
