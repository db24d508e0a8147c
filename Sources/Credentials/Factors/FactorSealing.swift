package import Accounts
package import Core
package import Storage

/// Secrets of second factors at rest: each sealed under a ring key and bound to its row, so that whoever can write to the database cannot give
/// somebody a factor that they know themselves.
package struct FactorSealing: Sendable {
    private let ring: KeyRing
    private let world: World

    package init(ring: KeyRing, world: World) {
        self.ring = ring
        self.world = world
    }

    /// A sealed secret, as a row holds it.
    package struct Sealed: Sendable, Hashable {
        package let keyID: String
        package let bytes: [UInt8]

        package init(keyID: String, bytes: [UInt8]) {
            self.keyID = keyID
            self.bytes = bytes
        }
    }

    /// The columns of the secret of an authenticator app, of the table `mfa_totp` under the name `totp`.
    package static let totpColumns: SQL = "totp.key_id, totp.sealed_secret"

    /// Seals `secret` for the row of `account` in `table`.
    package func seal(_ secret: [UInt8], _ table: StaticString, _ account: AccountID) throws -> Sealed {
        guard let key = ring.active(.factorSealing) else {
            throw KeyRing.Failure.wrappedUnderUnknownSecret(keyID: "")
        }
        return Sealed(
            keyID: key.id,
            bytes: try SealedValue.seal(
                secret, under: key.symmetricKey, at: Self.place(table, account, key.id), in: world))
    }

    /// The secret; `nil` when it was not sealed for this row or its key is gone.
    package func open(_ sealed: Sealed, _ table: StaticString, _ account: AccountID) -> [UInt8]? {
        guard let key = ring.key(sealed.keyID, .factorSealing) else { return nil }
        return SealedValue.open(
            sealed.bytes, under: key.symmetricKey, at: Self.place(table, account, key.id))
    }

    /// Whether `sealed` rests under a key that is no longer the active one.
    package func isOutdated(_ sealed: Sealed) -> Bool { ring.active(.factorSealing)?.id != sealed.keyID }

    /// What a new recovery code of `account` rests as.
    ///
    /// Keyed, so that a stolen table is worth nothing without the ring; with 80 random bits under a key no slow hash is
    /// needed (ASVS 6.5.2 asks for one where there is no key).
    package func hash(of code: [UInt8], _ account: AccountID) throws -> [UInt8] {
        guard let key = ring.active(.factorSealing) else {
            throw KeyRing.Failure.wrappedUnderUnknownSecret(keyID: "")
        }
        return Self.hash(of: code, account, key)
    }

    /// The hashes that a recovery code may rest as: one for each key.
    package func hashes(of code: [UInt8], _ account: AccountID) -> [[UInt8]] {
        ring.accepted(.factorSealing).map { Self.hash(of: code, account, $0) }
    }

    private static func hash(of code: [UInt8], _ account: AccountID, _ key: RingKey) -> [UInt8] {
        DerivedKey(id: key.id, key: key.symmetricKey)
            .authenticationCode(for: Array("recovery code:".utf8) + account.bytes + code)
    }

    private static func place(_ table: StaticString, _ account: AccountID, _ keyID: String) -> String {
        "\(table):\(account):\(keyID)"
    }
}

extension FactorSealing.Sealed {
    /// Reads the columns `key_id` and `column`; `nil` when the row has none (an outer join).
    package init?(_ row: Row, _ column: String) throws {
        guard let keyID: String = try row.optional("key_id") else { return nil }
        self.init(keyID: keyID, bytes: try row.get(column))
    }
}
