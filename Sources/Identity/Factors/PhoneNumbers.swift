import Core
import Credentials
import Storage

/// The numbers that codes are sent to, sealed at rest; one counts from the first code that came back.
struct PhoneNumbers: Sendable {
    private let world: World
    private let sealing: FactorSealing
    private let sentCodes: SentCodes

    init(world: World, sealing: FactorSealing, sentCodes: SentCodes) {
        self.world = world
        self.sealing = sealing
        self.sentCodes = sentCodes
    }

    /// Keeps `number` for `account`, not confirmed yet, with the `code` that is on its way to it.
    func write(_ number: PhoneNumber, awaiting code: String, of account: AccountID, in sql: any SQLSession) throws {
        let sealed = try sealing.seal(Array(number.text.utf8), "mfa_phone", account)
        let hash = sentCodes.hash(Array(code.utf8), boundTo: account.bytes + Array(number.text.utf8))
        let now = world.now()
        try sql.run(
            """
            INSERT INTO mfa_phone (account_id, key_id, sealed_number, masked, created_at, code_hash, code_expires_at)
            VALUES (\(account), \(sealed.keyID), \(sealed.bytes), \(number.masked), \(now), \(hash),
                \(now + MFAPolicy.codeLife))
            ON CONFLICT (account_id) DO UPDATE SET key_id = excluded.key_id, sealed_number = excluded.sealed_number,
                masked = excluded.masked, created_at = excluded.created_at, code_hash = excluded.code_hash,
                code_expires_at = excluded.code_expires_at WHERE mfa_phone.confirmed_at IS NULL
            """)
    }

    /// Makes the number of `account` active with the code that was sent to it, and uses the code up.
    func activate(
        _ account: AccountID, _ code: String, in sql: any SQLSession
    ) throws -> TOTPSecrets.Activation {
        let now = world.now()
        // Taken with the read: of two tries at once one finds the code gone.
        let row = try sql.row(
            """
            SELECT key_id, sealed_number, code_hash FROM mfa_phone
            WHERE account_id = \(account) AND confirmed_at IS NULL AND code_hash IS NOT NULL AND code_expires_at > \(now)
            \(.forUpdate)
            """)
        guard let row, let sealed = try FactorSealing.Sealed(row, "sealed_number"),
            let number = sealing.open(sealed, "mfa_phone", account)
        else { return .notFound }
        let isRight = OneTimeCode.digits(code).map {
            sentCodes.accepts($0, (try? row.get("code_hash")) ?? [], boundTo: account.bytes + number)
        }
        let confirmedAt: Timestamp? = isRight == true ? now : nil
        try sql.run(
            "UPDATE mfa_phone SET confirmed_at = \(confirmedAt), code_hash = NULL WHERE account_id = \(account)")
        return isRight == true ? .active : .wrong
    }

    /// The confirmed number of whoever holds the challenge behind `token`.
    func phone(
        behind token: String, _ challenges: SignInChallenges, in sql: any SQLSession
    ) throws -> (number: PhoneNumber, account: AccountID)? {
        let row = try sql.row(
            """
            SELECT phone.account_id, phone.key_id, phone.sealed_number
            FROM sign_in_challenge AS challenge
            JOIN mfa_phone AS phone ON phone.account_id = challenge.account_id AND phone.confirmed_at IS NOT NULL
            WHERE \(challenges.counts(token, .secondFactor))
            """)
        guard let row, let sealed = try FactorSealing.Sealed(row, "sealed_number"),
            let account: AccountID = try row.optional("account_id"),
            let number = sealing.open(sealed, "mfa_phone", account)
        else { return nil }
        return PhoneNumber(String(decoding: number, as: UTF8.self)).map { ($0, account) }
    }
}
