package import Core

/// Whom the attempts are counted for: a typed address, or a known device of it. A pseudonym, so that the table holds no address that
/// strangers typed, and so that a known and an unknown address look the same in it.
package struct SignInSubject: Sendable, Hashable {
    /// 32 bytes.
    let pseudonym: [UInt8]
    /// Whether a device cookie vouches for the browser.
    package let isKnownDevice: Bool
}

extension SignInSubject {
    /// The subject as a mailed link keeps it.
    var stored: String { Base64URL.encode(pseudonym) }

    /// The subject that a mailed link kept.
    init?(stored: String) {
        guard let pseudonym = Base64URL.decode(stored), pseudonym.count == 32 else { return nil }
        self.init(pseudonym: pseudonym, isKnownDevice: false)
    }
}

/// Makes subjects, and the device cookies that give a browser a budget of its own.
///
/// Locking an address is a weapon: whoever knows an agent's address could keep the agent out. A browser that has signed in before
/// carries a cookie that only we can make; its attempts are counted apart, so strangers' guesses do not lock it and its own
/// guesses are no more than five either (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
package struct SignInSubjects: Sendable {
    private static let nonceLength = 16
    private let pseudonymKey: DerivedKey
    private let deviceKeys: [DerivedKey]
    private let world: World

    package init(secret: ServerSecret, world: World) {
        pseudonymKey = secret.key(for: .signInSubjects)
        deviceKeys = secret.keys(for: .deviceCookies)
        self.world = world
    }

    /// The subject of an attempt for `typed` (an address, or whatever was typed in place of one) from a browser that presented
    /// `deviceCookie`.
    package func subject(typed: String, deviceCookie: String?) -> SignInSubject {
        let identifier = EmailAddress(typed)?.text ?? typed
        if let nonce = deviceCookie.flatMap({ nonce(of: $0, for: identifier) }) {
            return SignInSubject(
                pseudonym: pseudonymKey.authenticationCode(for: [1] + nonce + Array(identifier.utf8)),
                isKnownDevice: true)
        }
        return SignInSubject(
            pseudonym: pseudonymKey.authenticationCode(for: [0] + Array(identifier.utf8)), isKnownDevice: false)
    }

    /// A cookie for a browser in which the owner of `address` has just signed in.
    package func deviceCookie(for address: EmailAddress) -> String {
        let nonce = world.randomBytes(Self.nonceLength)
        let code = deviceKeys.first?.authenticationCode(for: nonce + Array(address.text.utf8)) ?? []
        return Base64URL.encode(nonce + code)
    }

    private func nonce(of cookie: String, for identifier: String) -> [UInt8]? {
        guard cookie.utf8.count <= 100, let bytes = Base64URL.decode(cookie), bytes.count == Self.nonceLength + 32
        else { return nil }
        let nonce = Array(bytes.prefix(Self.nonceLength))
        let isOurs = deviceKeys.contains { key in
            key.isValid(bytes.dropFirst(Self.nonceLength), for: nonce + Array(identifier.utf8))
        }
        return isOurs ? nonce : nil
    }
}
