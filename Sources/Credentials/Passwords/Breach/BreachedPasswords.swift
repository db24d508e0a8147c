import Crypto

/// Knows passwords that were stolen elsewhere, which attackers try first (NIST SP 800-63B-4 §3.1.1.2, ASVS 6.2.12).
package protocol BreachedPasswords: Sendable {
    /// What is known of `password`. Never throws: a check that cannot be made says so, and its caller lets the password
    /// pass and writes an event, because an outage of a list must not stop people from changing their passwords.
    func verdict(on password: Password) async -> BreachVerdict

    /// Whether the answer comes from this machine: a sign-in may wait for it.
    var answersAtOnce: Bool { get }
}

/// What a list of breached passwords says.
package enum BreachVerdict: Sendable, Hashable {
    /// Not in the list.
    case unknown
    /// In the list: refuse it.
    case found
    /// The list could not be asked. `reason` is for the operator and holds nothing of the password.
    case unavailable(reason: String)
}

/// No list: every password is unknown.
package struct NoBreachCheck: BreachedPasswords {
    /// The check that is none.
    package init() {}

    /// Always ``BreachVerdict/unknown``.
    package func verdict(on password: Password) async -> BreachVerdict { .unknown }

    /// There is nothing to wait for.
    package var answersAtOnce: Bool { true }
}

extension Password {
    /// Under which the published lists keep a password: SHA-1 of its UTF-8 bytes. SHA-1 names the entry here and
    /// protects nothing.
    ///
    /// The lists hold passwords as people typed them; we hash the normalised form. That is the password which would be
    /// stored, and an attacker who tries an entry of the list has it normalised too: so what counts is whether the
    /// normalised form is in the list. For ASCII, nearly all of the list, the two are the same.
    package var breachListHash: [UInt8] { Array(Insecure.SHA1.hash(data: bytes)) }
}
