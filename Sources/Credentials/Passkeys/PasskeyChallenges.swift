package import Accounts
package import Core
package import Storage

/// What a browser's answer must be to: a challenge that only we can have made, that counts once, for five minutes, and for one purpose and
/// holder only (WebAuthn Level 3 §13.4.3, ASVS 6.7.2).
///
/// Nothing is written when one is made, so that strangers who ask for challenges fill no table and cost no commit; what is written is that
/// one was used, for as long as it would count.
package struct PasskeyChallenges: Sendable {
    private static let nonceLength = 16
    private static let dateLength = 8
    private static let codeLength = 32
    /// By how much the clocks of nodes may differ.
    private static let clockSkew: Duration = .minutes(1)
    private let keys: [DerivedKey]
    private let world: World

    package init(secret: ServerSecret, world: World) {
        keys = secret.keys(for: .passkeyChallenges)
        self.world = world
    }

    /// What a challenge is for, and who may answer it.
    package enum Use: Sendable, Hashable {
        /// A new passkey, in this session.
        case registration(SessionID)
        /// Sign-in without a password: nobody is known yet.
        case signIn
        /// The second step of the sign-in whose challenge has this hash.
        case secondFactor(holder: [UInt8])
        /// A step-up, in this session.
        case stepUp(SessionID)

        package var purpose: String {
            switch self {
            case .registration: return "registration"
            case .signIn: return "sign_in"
            case .secondFactor: return "second_factor"
            case .stepUp: return "step_up"
            }
        }

        package var holder: [UInt8] {
            switch self {
            case .registration(let session), .stepUp(let session): return session.bytes
            case .signIn: return []
            case .secondFactor(let holder): return holder
            }
        }
    }

    /// A new challenge: 128 random bits, until when it counts, and our code over both and its use.
    package func issue(for use: Use) -> [UInt8] {
        let content =
            world.randomBytes(Self.nonceLength)
            + (world.now() + PasskeyPolicy.challengeLife).milliseconds.bigEndianBytes
        return content + (keys.first?.authenticationCode(for: Self.authenticated(content, use)) ?? [])
    }

    /// Uses a challenge up: of two answers to it only one counts. `false` for one that is not ours, has run out, is for something or
    /// somebody else, or was used before.
    package func use(_ challenge: [UInt8], for use: Use) -> Question<Bool> {
        let length = Self.nonceLength + Self.dateLength
        guard challenge.count == length + Self.codeLength else { return .settled(false) }
        let content = Array(challenge.prefix(length))
        let authenticated = Self.authenticated(content, use)
        let code = challenge.dropFirst(length)
        guard keys.contains(where: { $0.isValid(code, for: authenticated) }) else { return .settled(false) }
        let expiresAt = Timestamp(milliseconds: Int64(bigEndianBytes: content.dropFirst(Self.nonceLength)))
        // From further ahead than any of ours can be: the clock was set back, and what was used may be forgotten.
        let latest = world.now() + PasskeyPolicy.challengeLife + Self.clockSkew
        guard expiresAt > world.now(), expiresAt <= latest else { return .settled(false) }
        return Question(
            """
            INSERT INTO used_passkey_challenge (nonce, expires_at)
            VALUES (\(Array(content.prefix(Self.nonceLength))), \(expiresAt))
            ON CONFLICT (nonce) DO NOTHING RETURNING nonce
            """
        ) { rows in !rows.isEmpty }
    }

    /// Forgets those that count no more, on other nodes neither.
    package static func prune(at now: Timestamp, in sql: any SQLSession) throws {
        try sql.run("DELETE FROM used_passkey_challenge WHERE expires_at <= \(now - .days(1))")
    }

    /// What the code is over. The content has one length and the purposes are ours, so no two uses read alike.
    private static func authenticated(_ content: [UInt8], _ use: Use) -> [UInt8] {
        content + Array(use.purpose.utf8) + [0] + use.holder
    }
}
