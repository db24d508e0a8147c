package import Accounts
package import Core

/// Whom the attempts are counted for: a typed address, or a known device of it. A pseudonym, so that the table holds no address that
/// strangers typed, and so that a known and an unknown address look the same in it.
package struct SignInSubject: Sendable, Hashable {
    /// 32 bytes.
    package let pseudonym: [UInt8]
    /// The pseudonym of the address that was typed; for a subject that is no device the same.
    package let address: [UInt8]
    /// What tells the browser apart from others, when a device cookie vouches for it.
    package var deviceNonce: [UInt8]?

    package init(pseudonym: [UInt8], address: [UInt8], deviceNonce: [UInt8]? = nil) {
        self.pseudonym = pseudonym
        self.address = address
        self.deviceNonce = deviceNonce
    }

    /// Whether a device cookie vouches for the browser.
    package var isKnownDevice: Bool { pseudonym != address }
}

extension SignInSubject {
    /// The subject as a mailed link keeps it: the address, because the link lifts the locks of all of its devices.
    package var stored: String { Base64URL.encode(address) }

    /// The address that a mailed link kept.
    package init?(stored: String) {
        guard let pseudonym = Base64URL.decode(stored), pseudonym.count == 32 else { return nil }
        self.init(pseudonym: pseudonym, address: pseudonym)
    }
}

/// Makes the subjects that attempts are counted for.
///
/// Locking an address is a weapon: whoever knows an agent's address could keep the agent out. A browser that has signed in before
/// carries a ``DeviceCookies`` cookie; its attempts are counted apart, so strangers' guesses do not lock it and its own
/// guesses are no more than five either (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
package struct SignInSubjects: Sendable {
    private let pseudonymKey: DerivedKey
    package let cookies: DeviceCookies

    package init(secret: ServerSecret, world: World) {
        pseudonymKey = secret.key(for: .signInSubjects)
        cookies = DeviceCookies(secret: secret, world: world)
    }

    /// The subject of an attempt for `typed` (an address, or whatever was typed in place of one) from a browser that presented
    /// `deviceCookies`, of which the first that is ours counts. `epoch` is the account's, or 0 where there is none.
    package func subject(typed: String, deviceCookies: [String], epoch: Int64) -> SignInSubject {
        let address = self.address(typed: typed)
        let identifier = Self.identifier(typed)
        let nonces = deviceCookies.lazy.compactMap { cookies.nonce(of: $0, for: identifier, epoch: epoch) }
        guard let nonce = nonces.first else { return address }
        return SignInSubject(
            pseudonym: pseudonymKey.authenticationCode(for: [1] + nonce + Array(identifier.utf8)),
            address: address.address, deviceNonce: nonce)
    }

    /// The subject of `typed` from a browser that is not known.
    package func address(typed: String) -> SignInSubject {
        let pseudonym = pseudonymKey.authenticationCode(for: [0] + Array(Self.identifier(typed).utf8))
        return SignInSubject(pseudonym: pseudonym, address: pseudonym)
    }

    private static func identifier(_ typed: String) -> String { EmailAddress(typed)?.text ?? typed }
}
