package import Core
package import Crypto
import FoundationEssentials

/// `JWT_SECRET`, and those before it: the root from which every key that is not in the database is derived.
///
/// Each purpose has a key of its own (HKDF-SHA256, RFC 5869), so that a value made for one purpose is worthless for
/// another (ASVS 11.1.2), and the secret itself never meets any data.
package struct ServerSecret: Sendable {
    /// What a key is derived for. The name goes into the derivation; it never changes.
    package enum Purpose: String, Sendable {
        /// The `kid` of HS256 access tokens; no key is made from it.
        case accessTokenNames = "access-token-names"
        /// MACs of refresh tokens.
        case refreshTokens = "refresh-tokens"
        /// MACs of device cookies.
        case deviceCookies = "device-cookies"
        /// Pseudonyms of typed addresses in the sign-in guard.
        case signInSubjects = "sign-in-subjects"
        /// MACs of list cursors.
        case cursors = "cursors"
        /// Pseudonyms of client addresses in the access log.
        case accessLog = "access-log"
        /// Seals what waits in the outbox.
        case outbox = "outbox"
        /// Hashes codes that were sent to a phone or a mailbox, for the minutes in which they count.
        case sentCodes = "sent-codes"
        /// MACs of the challenges that passkeys answer.
        case passkeyChallenges = "passkey-challenges"
        /// MACs of the links by which clients end mails.
        case unsubscribeLinks = "unsubscribe-links"
        /// Seals the secrets of webhooks.
        case webhooks
        /// Wraps the keys of the key ring.
        case keyRing = "key-ring"
    }

    private let current: Secret<[UInt8]>
    private let previous: [Secret<[UInt8]>]

    /// The secret in force, and the older ones that still verify (`JWT_SECRET_PREVIOUS`).
    package init(current: Secret<[UInt8]>, previous: [Secret<[UInt8]>] = []) {
        self.current = current
        self.previous = previous
    }

    /// The key with which new things are made.
    package func key(for purpose: Purpose) -> DerivedKey { Self.derive(from: current, purpose) }

    /// The keys with which things may have been made: the present one first.
    package func keys(for purpose: Purpose) -> [DerivedKey] {
        ([current] + previous).map { Self.derive(from: $0, purpose) }
    }

    /// The keys of HS256 access tokens, the present one first: the secrets themselves, so that another service that was
    /// given `JWT_SECRET` can verify our tokens with any library.
    package var accessTokenKeys: [DerivedKey] {
        ([current] + previous).map { secret in
            let name = Self.derive(from: secret, .accessTokenNames).id
            return DerivedKey(id: name, key: SymmetricKey(data: secret.exposed))
        }
    }

    private static func derive(from secret: Secret<[UInt8]>, _ purpose: Purpose) -> DerivedKey {
        func expand(_ label: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: secret.exposed), salt: Array("gatehouse".utf8),
                info: Array("\(label)/\(purpose.rawValue)".utf8), outputByteCount: 32)
        }
        // A name for the key that tells nothing about it: derived, cut to 64 bits.
        let name = unsafe expand("name").withUnsafeBytes { unsafe Array($0.prefix(8)) }
        return DerivedKey(id: Base64URL.encode(name), key: expand("key"))
    }
}

/// A key with the name under which tokens and sealed values refer to it.
package struct DerivedKey: Sendable {
    /// Eleven URL-safe characters; not secret.
    package let id: String
    /// 256 bits.
    package let key: SymmetricKey

    package init(id: String, key: SymmetricKey) {
        self.id = id
        self.key = key
    }

    /// HMAC-SHA256 of `bytes` (RFC 2104): 32 bytes.
    package func authenticationCode(for bytes: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }

    /// Whether `code` is the HMAC of `bytes`, found out in constant time.
    package func isValid(_ code: some Collection<UInt8>, for bytes: [UInt8]) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(Array(code), authenticating: bytes, using: key)
    }
}
