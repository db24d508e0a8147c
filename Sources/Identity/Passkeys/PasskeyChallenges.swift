import Core
import Crypto
import Storage

/// What a browser's answer must be to: 256 random bits that count once, for five minutes, and for one purpose and holder only (WebAuthn Level 3
/// §13.4.3, ASVS 6.7.2).
struct PasskeyChallenges: Sendable {
    let world: World

    /// What a challenge is for, and who may answer it.
    enum Use: Sendable, Hashable {
        /// A new passkey, in this session.
        case registration(SessionID)
        /// Sign-in without a password: nobody is known yet.
        case signIn
        /// The second step of the sign-in whose challenge has this hash.
        case secondFactor(holder: [UInt8])
        /// A step-up, in this session.
        case stepUp(SessionID)

        var purpose: String {
            switch self {
            case .registration: return "registration"
            case .signIn: return "sign_in"
            case .secondFactor: return "second_factor"
            case .stepUp: return "step_up"
            }
        }

        var holder: [UInt8] {
            switch self {
            case .registration(let session), .stepUp(let session): return session.bytes
            case .signIn: return []
            case .secondFactor(let holder): return holder
            }
        }
    }

    /// Writes a new challenge.
    func issue(for use: Use, of account: AccountID?, in sql: any SQLSession) throws -> [UInt8] {
        let challenge = world.randomBytes(32)
        let now = world.now()
        try sql.run(
            """
            INSERT INTO passkey_challenge (challenge_hash, purpose, account_id, holder, created_at, expires_at)
            VALUES (\(Self.hash(challenge)), \(use.purpose), \(account), \(use.holder), \(now),
                \(now + PasskeyPolicy.challengeLife))
            """)
        return challenge
    }

    /// Uses a challenge up: of two answers to it only one counts.
    func use(_ challenge: [UInt8], for use: Use, in sql: any SQLSession) throws -> Bool {
        try sql.run(
            """
            DELETE FROM passkey_challenge
            WHERE challenge_hash = \(Self.hash(challenge)) AND purpose = \(use.purpose) AND holder = \(use.holder)
                AND expires_at > \(world.now())
            """) == 1
    }

    private static func hash(_ challenge: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: challenge)) }
}
