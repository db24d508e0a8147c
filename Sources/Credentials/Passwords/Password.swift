import Core
import Foundation

/// A password as a person typed it, in the one form in which it is checked and hashed.
///
/// NFKC, so that an `é` typed on a phone and one typed on a laptop are the same password (NIST SP 800-63B-4 §3.1.1.2). Otherwise
/// untouched: nothing is trimmed, cut or lower-cased (ASVS 6.2.8).
package struct Password: Sendable {
    private let text: Secret<String>

    /// A typed password. `nil` when it holds a NUL, which no keyboard types and C libraries stop at, or is so long (4 KiB)
    /// that it is an attack on the normaliser rather than a password.
    package init?(_ typed: String) {
        guard typed.utf8.count <= 4096, !Self.holdsNUL(typed) else { return nil }
        text = Secret(typed.precomposedStringWithCompatibilityMapping)
    }

    /// Whether `typed` is no password because of a NUL.
    static func holdsNUL(_ typed: String) -> Bool { typed.utf8.contains(0) }

    /// The normalised text.
    var normalized: String { text.exposed }

    /// What is hashed.
    package var bytes: [UInt8] { Array(text.exposed.utf8) }
}
