package import Core
package import Crypto

/// A key of the ring: where it is in its life is told by the clock alone, so that all nodes agree without talking.
///
/// ```
/// created ── published ── activatesAt ── signs, seals ── (a newer key activates) ── retiresAt ── forgotten
/// ```
package struct RingKey: Sendable {
    /// What the key does.
    package enum Use: String, Sendable, CaseIterable {
        /// Seals password hashes at rest: AES-256-GCM.
        case passwordSealing = "password-sealing"
        /// Seals the secrets of second factors at rest: AES-256-GCM; and keys the hashes of recovery codes: HMAC-SHA256.
        case factorSealing = "factor-sealing"
        /// Seals the security log: HMAC-SHA256. The log is verified with it for as long as it is kept.
        case auditSealing = "audit-sealing"
        /// Keys the hashes of API keys: HMAC-SHA256.
        case apiKeys = "api-keys"
        /// Signs access tokens: Ed25519.
        case signingEdDSA = "signing-eddsa"
        /// Signs access tokens: P-256.
        case signingES256 = "signing-es256"

        /// Whether values rest under the key, so that it must never be retired by the clock.
        package var seals: Bool {
            switch self {
            case .passwordSealing, .factorSealing, .auditSealing, .apiKeys: return true
            case .signingEdDSA, .signingES256: return false
            }
        }
    }

    /// The name that tokens (`kid`) and sealed values carry.
    package let id: String
    package let use: Use
    /// The raw key: 32 bytes for every use.
    package let material: Secret<[UInt8]>
    package let createdAt: Timestamp
    /// From when on new things are made with it. Before, it only verifies: others have had time to learn it.
    package let activatesAt: Timestamp
    /// From when on it is not accepted any more; `nil` while it is the newest.
    package let retiresAt: Timestamp?

    /// The material as a key for a cipher.
    package var symmetricKey: SymmetricKey { SymmetricKey(data: material.exposed) }
}
