import Accounts
import Core
package import Credentials
import Crypto
import Guarding
import Storage

/// What somebody holds between the two steps of a sign-in, or while a sign-in waits for a first factor to be set up.
package struct PendingChallenge: Sendable, Hashable {
    /// 256 bits; only its hash is stored.
    package let token: String
    /// How long it counts.
    package let life: Duration
    /// What it may be answered with, the best first.
    package let methods: [FactorKind]
}

/// A sign-in between its two steps, as the database holds it. It belongs to one account, and to whoever holds its token.
struct SignInChallenge: Sendable, Hashable {
    enum Purpose: String, Sendable {
        /// A second factor is asked for.
        case secondFactor = "second_factor"
        /// A first factor has to be set up.
        case enrolment
    }

    let tokenHash: [UInt8]
    let purpose: Purpose
    /// What was proven before, as `amr` will say.
    let methods: [String]
    /// What the browser's device cookie told it apart by at the first step; `nil` when none vouched for it.
    let deviceNonce: [UInt8]?
    /// What the first step knew and the second cannot find out any more.
    let circumstances: Circumstances
    /// How many right codes there were in a row while the account's factors are locked.
    let streak: Int
    /// Which code was sent for it, and its hash, while it counts.
    let sentCode: SentCode?

    /// Facts about the password's part of a sign-in, for the risk score.
    struct Circumstances: Sendable, Hashable {
        /// Refused attempts just before; the right password has forgiven them.
        var recentFailures = 0
        /// Whether the password is known from breaches.
        var passwordIsBreached = false
    }

    /// A code that was sent for one sign-in and is worth nothing for another (ASVS 6.6.2).
    struct SentCode: Sendable, Hashable {
        let kind: FactorKind
        let hash: [UInt8]
        let expiresAt: Timestamp
    }
}

/// Writes and finds ``SignInChallenge``s.
struct SignInChallenges: Sendable {
    let world: World

    /// The columns of ``SignInChallenge``, of the table under the name `challenge`.
    static let columns: SQL = """
        challenge.token_hash, challenge.purpose, challenge.methods, challenge.device_nonce,
        challenge.recent_failures, challenge.password_breached, challenge.streak,
        challenge.code_kind, challenge.code_hash, challenge.code_expires_at
        """

    /// The condition for the challenge behind a presented token while it counts.
    func counts(_ token: String, _ purpose: SignInChallenge.Purpose) -> SQL {
        """
        challenge.token_hash = \(Self.hash(token)) AND challenge.purpose = \(purpose.rawValue)
        AND challenge.expires_at > \(world.now())
        """
    }

    /// Writes a challenge for somebody who has come so far as `proof` says; returns its token. Sees to it that the account has a row for its
    /// ``FactorLock``.
    func issue(
        _ purpose: SignInChallenge.Purpose, for proof: SignInProof, in sql: any SQLSession
    ) throws -> String {
        let (account, known) = (proof.account.id, proof.circumstances)
        let token = Base64URL.encode(world.randomBytes(32))
        let now = world.now()
        let life = purpose == .secondFactor ? MFAPolicy.challengeLife : MFAPolicy.enrolmentLife
        try FactorGuard.prepare(account, in: sql)
        try sql.run(
            """
            INSERT INTO sign_in_challenge
                (token_hash, account_id, purpose, methods, device_nonce, recent_failures, password_breached, created_at,
                 expires_at, streak)
            VALUES (\(Self.hash(token)), \(account), \(purpose.rawValue), \(proof.methods.joined(separator: " ")),
                \(proof.deviceNonce), \(known.recentFailures), \(known.passwordIsBreached ? 1 : 0), \(now), \(now + life),
                0)
            """)
        return token
    }

    /// Uses a challenge up; `false` when somebody else has.
    func use(_ challenge: SignInChallenge, in sql: any SQLSession) throws -> Bool {
        try sql.changes("DELETE FROM sign_in_challenge WHERE token_hash = \(challenge.tokenHash)") == 1
    }

    /// Remembers how many codes were right in a row.
    func setStreak(_ streak: Int, of challenge: SignInChallenge, in sql: any SQLSession) throws {
        guard streak != challenge.streak else { return }
        try sql.run(
            "UPDATE sign_in_challenge SET streak = \(streak) WHERE token_hash = \(challenge.tokenHash)")
    }

    /// Ends every half-made sign-in of `account`: after a sign-out everywhere, a new password, a change of factors.
    static func kill(of account: AccountID, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM sign_in_challenge WHERE account_id = \(account)")
    }

    /// Forgets what ran out.
    func prune(in sql: any SQLSession) throws {
        let now = world.now()
        try sql.run("DELETE FROM sign_in_challenge WHERE expires_at <= \(now)")
    }

    static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}

extension SignInChallenge {
    /// Reads a row that has ``SignInChallenges/columns``.
    init(_ row: Row) throws {
        guard let purpose = Purpose(rawValue: try row.get("purpose")) else {
            throw StorageError.unexpectedColumn("purpose")
        }
        let methods: String = try row.get("methods")
        var sentCode: SentCode?
        if let kind: String = try row.optional("code_kind"), let kind = FactorKind(rawValue: kind),
            let hash: [UInt8] = try row.optional("code_hash")
        {
            sentCode = SentCode(kind: kind, hash: hash, expiresAt: try row.get("code_expires_at"))
        }
        self.init(
            tokenHash: try row.get("token_hash"), purpose: purpose,
            methods: methods.split(separator: " ").map(String.init), deviceNonce: try row.optional("device_nonce"),
            circumstances: Circumstances(
                recentFailures: try row.get("recent_failures"),
                passwordIsBreached: try row.get("password_breached", as: Int64.self) == 1),
            streak: try row.get("streak"), sentCode: sentCode)
    }
}
