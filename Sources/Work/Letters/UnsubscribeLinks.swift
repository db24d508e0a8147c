package import Accounts
package import CRM
import Core
import Crypto

/// The links by which a client ends further mails: each names its client under a MAC, so that nobody can end another's by guessing, and nothing
/// has to be kept of them. They never run out, as CAN-SPAM asks of at least 30 days.
package struct UnsubscribeLinks: Sendable {
    private static let tagLength = 16
    private let keys: [DerivedKey]
    private let origin: String

    /// Links under the key that `secret` has for them, to `origin` (`PUBLIC_URL`). Links of an earlier secret still count.
    package init(secret: ServerSecret, origin: String) {
        keys = secret.keys(for: .unsubscribeLinks)
        self.origin = origin
    }

    /// The link of a client.
    package func link(_ client: ClientID) -> String { "\(origin)/unsubscribe?token=\(token(client))" }

    func token(_ client: ClientID) -> String {
        guard let key = keys.first else { return "" }
        return Base64URL.encode(client.bytes + Self.tag(client, key))
    }

    /// Whose link `token` is of; `nil` unless it was made here, to the last bit.
    package func client(_ token: String) -> ClientID? {
        guard token.utf8.count <= 100, let bytes = Base64URL.decode(token), bytes.count == 16 + Self.tagLength,
            let client = ClientID(bytes: Array(bytes.prefix(16)))
        else { return nil }
        let tag = Array(bytes.suffix(Self.tagLength))
        return keys.contains { ConstantTime.equal(tag, Self.tag(client, $0)) } ? client : nil
    }

    private static func tag(_ client: ClientID, _ key: DerivedKey) -> [UInt8] {
        Array(key.authenticationCode(for: Array("unsubscribe 1 ".utf8) + client.bytes).prefix(tagLength))
    }
}
