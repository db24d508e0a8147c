package import Core
import Crypto

/// An API key as a program sends it: well-formed, and nothing else is known of it yet.
///
/// ```
/// ghk_ ‖ base32 of (identity, 16 bytes ‖ secret, 16 bytes ‖ seal, 8 bytes ‖ check, 5 bytes), in lower case: 76 characters
/// ```
/// The prefix is for secret scanners. The check is the beginning of a SHA-256 over all before it, which anybody can compute: a key that was mistyped
/// or cut is none. The seal is a MAC that only this installation can make (``APIKeyHashes``): a made-up key costs no query.
package struct PresentedKey: Sendable {
    /// How every key begins.
    package static let prefix = "ghk_"
    /// 128 random bits: nobody guesses them, and a fast keyed hash is enough to keep them.
    package static let secretLength = 16
    static let sealLength = 8
    private static let checkLength = 5
    private static let textLength = 72

    package let id: APIKeyID
    let secret: Secret<[UInt8]>
    let seal: [UInt8]

    init(id: APIKeyID, secret: [UInt8], seal: [UInt8]) {
        self.id = id
        self.secret = Secret(secret)
        self.seal = seal
    }

    /// Reads a key; `nil` for anything else. A key has one spelling only.
    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix) else { return nil }
        let body = text.dropFirst(Self.prefix.count)
        guard body.utf8.count == Self.textLength, !body.utf8.contains(where: { (65...90).contains($0) }),
            let bytes = Base32.decode(String(body)), let id = APIKeyID(bytes: Array(bytes.prefix(16)))
        else { return nil }
        let rest = bytes.dropFirst(16).dropLast(Self.checkLength)
        self.init(id: id, secret: Array(rest.prefix(Self.secretLength)), seal: Array(rest.suffix(Self.sealLength)))
        guard ConstantTime.equal(Array(bytes.suffix(Self.checkLength)), check) else { return nil }
    }

    /// The key itself, shown to its maker once.
    package var text: Secret<String> {
        Secret(Self.prefix + Base32.encode(content + check).lowercased())
    }

    /// The last four characters, by which a person tells keys apart. They are of the check and tell nothing of the secret that counts.
    package var hint: String { String(text.exposed.suffix(4)) }

    private var content: [UInt8] { id.bytes + secret.exposed + seal }

    private var check: [UInt8] {
        Array(SHA256.hash(data: Array(Self.prefix.utf8) + content).prefix(Self.checkLength))
    }
}
