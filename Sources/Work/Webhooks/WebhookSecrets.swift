package import Accounts
package import Core
import Foundation

/// Makes the secrets under which webhooks are signed, and keeps them sealed: who reads the database alone can sign nothing.
package struct WebhookSecrets: Sendable {
    private let keys: [DerivedKey]
    private let world: World

    /// Under the key that `secret` has for webhooks; what the secrets before it sealed can still be opened.
    package init(secret: ServerSecret, world: World) {
        keys = secret.keys(for: .webhooks)
        self.world = world
    }

    /// 32 random bytes.
    func make() -> Secret<[UInt8]> { Secret(world.randomBytes(32)) }

    /// As Standard Webhooks write a secret.
    static func text(_ secret: Secret<[UInt8]>) -> Secret<String> {
        Secret("whsec_" + Data(secret.exposed).base64EncodedString())
    }

    func seal(_ secret: Secret<[UInt8]>, of id: WebhookID) throws -> [UInt8] {
        guard let key = keys.first else { return [] }
        return try SealedValue.seal(secret.exposed, under: key.key, at: Self.place(id), in: world)
    }

    /// `nil` when it was sealed under a secret that is no longer known, or for another webhook.
    func open(_ sealed: [UInt8], of id: WebhookID) -> Secret<String>? {
        for key in keys {
            if let plain = SealedValue.open(sealed, under: key.key, at: Self.place(id)) {
                return Self.text(Secret(plain))
            }
        }
        return nil
    }

    private static func place(_ id: WebhookID) -> String { "webhook.secret:\(id)" }
}
