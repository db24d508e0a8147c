package import Accounts
package import Core

/// Makes API keys, and knows them again.
///
/// What is kept of a key is a hash under a key of the ring, bound to the key's identity and to its owner: a stolen table is worth nothing without the
/// ring, and whoever can write to the database cannot make a key that they know. With 128 random bits no slow hash is needed.
package struct APIKeyHashes: Sendable {
    private let ring: KeyRing

    package init(ring: KeyRing) {
        self.ring = ring
    }

    /// A hash as a row holds it.
    package struct Stored: Sendable, Hashable {
        let ringKey: String
        let hash: [UInt8]

        package init(ringKey: String, hash: [UInt8]) {
            self.ringKey = ringKey
            self.hash = hash
        }
    }

    /// A new key of `owner` with that identity and ``PresentedKey/secretLength`` random bytes, and what it rests as.
    package func make(
        _ id: APIKeyID, secret: [UInt8], of owner: AccountID
    ) throws -> (key: PresentedKey, stored: Stored) {
        guard let ringKey = ring.active(.apiKeys) else {
            throw KeyRing.Failure.wrappedUnderUnknownSecret(keyID: RingKey.Use.apiKeys.rawValue)
        }
        let key = PresentedKey(id: id, secret: secret, seal: Self.seal(id, secret, ringKey))
        let hash = Self.derived(ringKey).authenticationCode(for: Self.message(key, owner))
        return (key, Stored(ringKey: ringKey.id, hash: hash))
    }

    /// Whether the key was made here, be it still good or not: no query. Its seal is all that strangers can try to guess, and there are
    /// 2⁶⁴ of them.
    package func isOurs(_ key: PresentedKey) -> Bool {
        ring.accepted(.apiKeys).contains { ringKey in
            ConstantTime.equal(Self.seal(key.id, key.secret.exposed, ringKey), key.seal)
        }
    }

    /// Whether `key` is the one that rests as `stored` for `owner`, found out in constant time.
    package func matches(_ key: PresentedKey, _ owner: AccountID, _ stored: Stored) -> Bool {
        guard let ringKey = ring.key(stored.ringKey, .apiKeys) else { return false }
        return Self.derived(ringKey).isValid(stored.hash, for: Self.message(key, owner))
    }

    private static func derived(_ key: RingKey) -> DerivedKey { DerivedKey(id: key.id, key: key.symmetricKey) }

    private static func seal(_ id: APIKeyID, _ secret: [UInt8], _ ringKey: RingKey) -> [UInt8] {
        let code = derived(ringKey).authenticationCode(for: Array("api key seal:".utf8) + id.bytes + secret)
        return Array(code.prefix(PresentedKey.sealLength))
    }

    private static func message(_ key: PresentedKey, _ owner: AccountID) -> [UInt8] {
        Array("api key:".utf8) + key.id.bytes + owner.bytes + key.secret.exposed
    }
}
