package import Accounts
package import Core
package import Storage

/// Password hashes at rest: each sealed under a ring key and bound to its account's row.
///
/// Reading the table gives an attacker nothing to guess against without the key ring as well; writing to it cannot put
/// a known password into another's account.
package struct PasswordStore: Sendable {
    private let ring: KeyRing
    private let world: World

    package init(ring: KeyRing, world: World) {
        self.ring = ring
        self.world = world
    }

    /// A sealed hash, as a row holds it.
    package struct Sealed: Sendable, Hashable {
        package let keyID: String
        package let bytes: [UInt8]

        package init(keyID: String, bytes: [UInt8]) {
            self.keyID = keyID
            self.bytes = bytes
        }
    }

    /// Seals `hash` for the row of `account`.
    package func seal(_ hash: String, for account: AccountID) throws -> Sealed {
        guard let key = ring.active(.passwordSealing) else {
            throw KeyRing.Failure.wrappedUnderUnknownSecret(keyID: "")
        }
        let bytes = try SealedValue.seal(
            Array(hash.utf8), under: key.symmetricKey, at: Self.place(account, key.id), in: world)
        return Sealed(keyID: key.id, bytes: bytes)
    }

    /// The hash in `sealed`; `nil` when it was not sealed for this account or its key is gone.
    package func open(_ sealed: Sealed, for account: AccountID) -> String? {
        guard let key = ring.key(sealed.keyID, .passwordSealing) else { return nil }
        return SealedValue.open(sealed.bytes, under: key.symmetricKey, at: Self.place(account, key.id))
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether `sealed` rests under a key that is no longer the active one.
    package func isOutdated(_ sealed: Sealed) -> Bool { ring.active(.passwordSealing)?.id != sealed.keyID }

    /// Writes the password of `account`, in place of the one before; nothing when there is no such account, which takes the same
    /// statement.
    package func write(_ sealed: Sealed, for account: AccountID, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO account_password (account_id, key_id, sealed_hash, changed_at)
            SELECT id, \(sealed.keyID), \(sealed.bytes), \(world.now()) FROM account WHERE id = \(account)
            ON CONFLICT (account_id) DO UPDATE SET
                key_id = excluded.key_id, sealed_hash = excluded.sealed_hash, changed_at = excluded.changed_at,
                breach_checked_at = NULL, breach_found = NULL
            """)
    }

    /// Puts a re-hashed or re-sealed form of the *same* password in place of `old`; does nothing when the password was
    /// changed meanwhile.
    package func replace(
        _ old: Sealed, with new: Sealed, for account: AccountID, in session: any SQLSession
    ) throws {
        try session.run(
            """
            UPDATE account_password SET key_id = \(new.keyID), sealed_hash = \(new.bytes)
            WHERE account_id = \(account) AND sealed_hash = \(old.bytes)
            """)
    }

    private static func place(_ account: AccountID, _ keyID: String) -> String {
        "account_password.sealed_hash:\(account):\(keyID)"
    }
}

extension PasswordStore.Sealed {
    /// Reads the columns `key_id` and `sealed_hash`; `nil` when the row has none (an outer join).
    package init?(_ row: Row) throws {
        guard let keyID: String = try row.optional("key_id") else { return nil }
        self.init(keyID: keyID, bytes: try row.get("sealed_hash"))
    }
}
