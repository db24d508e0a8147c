package import Crypto

/// A key that seals the log, with the name under which checkpoints refer to it.
package struct AuditKey: Sendable {
    /// Its name in the key ring; not secret.
    package let id: String
    package let key: SymmetricKey

    package init(id: String, key: SymmetricKey) {
        self.id = id
        self.key = key
    }
}

/// Where the sealing keys come from: the key ring, which lies behind the gate and is not this target's to know.
///
/// A key that has sealed anything is never forgotten: the log could not be verified any more.
package struct AuditKeys: Sendable {
    /// The key with which is sealed now.
    package let active: @Sendable () -> AuditKey?
    /// The key of that name, however old.
    package let named: @Sendable (String) -> AuditKey?

    package init(
        active: @escaping @Sendable () -> AuditKey?, named: @escaping @Sendable (String) -> AuditKey?
    ) {
        self.active = active
        self.named = named
    }
}
