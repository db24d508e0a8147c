import Accounts
import Core
import Credentials
import Storage

/// The secrets of authenticator apps: written when one is set up, active from the first right code on.
package struct TOTPSecrets: Sendable {
    private let world: World
    private let sealing: FactorSealing
    private let issuer: String

    init(world: World, sealing: FactorSealing, issuer: String) {
        self.world = world
        self.sealing = sealing
        self.issuer = issuer
    }

    /// What an app needs to know: shown once, at set-up.
    package struct Invitation: Sendable, Hashable {
        /// In base32, to be typed.
        package let secret: String
        /// `otpauth://`, to be scanned.
        package let uri: String
    }

    /// Writes a secret that is not confirmed yet.
    func write(for account: Account, in sql: any SQLSession) throws -> Invitation {
        let secret = world.randomBytes(TOTP.secretLength)
        let sealed = try sealing.seal(secret, "mfa_totp", account.id)
        try sql.run(
            """
            INSERT INTO mfa_totp (account_id, key_id, sealed_secret, created_at, last_step)
            VALUES (\(account.id), \(sealed.keyID), \(sealed.bytes), \(world.now()), -1)
            ON CONFLICT (account_id) DO UPDATE SET key_id = excluded.key_id, sealed_secret = excluded.sealed_secret,
                created_at = excluded.created_at WHERE mfa_totp.confirmed_at IS NULL
            """)
        return Invitation(
            secret: Base32.encode(secret),
            uri: OTPAuthURI.text(secret: secret, issuer: issuer, account: account.email.shown))
    }

    /// What a first code did.
    enum Activation: Sendable {
        case active
        case wrong
        case notFound
    }

    /// Activates the secret of `account`: one statement, so that of two codes at once one counts, and the step of the code is used up.
    func activate(_ account: AccountID, _ code: String, in sql: any SQLSession) throws -> Activation {
        let row = try sql.row(
            "SELECT key_id, sealed_secret FROM mfa_totp WHERE account_id = \(account) AND confirmed_at IS NULL")
        guard let row, let sealed = try FactorSealing.Sealed(row, "sealed_secret"),
            let secret = sealing.open(sealed, "mfa_totp", account)
        else { return .notFound }
        let now = world.now()
        guard let step = TOTP.steps(matching: code, secret: secret, at: now).last else { return .wrong }
        let changed = try sql.changes(
            """
            UPDATE mfa_totp SET confirmed_at = \(now), last_step = \(step)
            WHERE account_id = \(account) AND confirmed_at IS NULL AND sealed_secret = \(sealed.bytes)
            """)
        return changed == 1 ? .active : .notFound
    }
}
