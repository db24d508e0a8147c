package import Accounts

/// How codes that were sent rest: as an HMAC that is bound to what they were sent for.
package struct SentCodes: Sendable {
    private let keys: [DerivedKey]

    package init(secret: ServerSecret) { keys = secret.keys(for: .sentCodes) }

    /// The hash of a code that is sent for the holder of `binding`.
    package func hash(_ digits: [UInt8], boundTo binding: [UInt8]) -> [UInt8] {
        keys.first?.authenticationCode(for: binding + digits) ?? []
    }

    /// Whether `digits` hash to `hash`, found out in constant time.
    package func accepts(_ digits: [UInt8], _ hash: [UInt8], boundTo binding: [UInt8]) -> Bool {
        keys.contains { $0.isValid(hash, for: binding + digits) }
    }
}
