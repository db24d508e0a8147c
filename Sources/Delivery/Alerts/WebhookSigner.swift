package import Core
import Crypto
import Foundation

/// Signs webhooks: HMAC-SHA256 over identity, time and body (Standard Webhooks, symmetric signatures `v1`).
package struct WebhookSigner: Sendable {
    private let key: SymmetricKey

    /// Reads `whsec_` and base64, as Standard Webhooks write a secret; any other text is the key as it stands. `nil` for one of
    /// fewer than 24 bytes, the least that Standard Webhooks allow.
    package init?(_ secret: Secret<String>) {
        let text = secret.exposed
        var bytes = Data(text.utf8)
        if text.hasPrefix("whsec_") {
            guard let decoded = Data(base64Encoded: String(text.dropFirst(6))) else { return nil }
            bytes = decoded
        }
        guard bytes.count >= 24 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The value of `webhook-signature`.
    package func signature(id: String, timestamp: String, body: [UInt8]) -> String {
        let signed = Array("\(id).\(timestamp).".utf8) + body
        return "v1," + Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
    }
}
