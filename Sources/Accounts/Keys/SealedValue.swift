package import Core
package import Crypto
import FoundationEssentials

/// AES-256-GCM around a value that rests in the database.
///
/// The place of the value (table, column, row) is authenticated with it, so that whoever can write to the database cannot move one
/// person's sealed password into another's row (ASVS 11.3.3).
package enum SealedValue {
    /// Nonce ‖ ciphertext ‖ tag. The nonce is drawn from `world`.
    package static func seal(_ plain: [UInt8], under key: SymmetricKey, at place: String, in world: World) throws
        -> [UInt8]
    {
        let nonce = try AES.GCM.Nonce(data: world.randomBytes(12))
        let box = try AES.GCM.seal(plain, using: key, nonce: nonce, authenticating: Array(place.utf8))
        return Array(nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    /// The value, or `nil` when it was sealed under another key, for another place, or was tampered with.
    package static func open(_ sealed: [UInt8], under key: SymmetricKey, at place: String) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let plain = try? AES.GCM.open(box, using: key, authenticating: Array(place.utf8))
        else { return nil }
        return Array(plain)
    }
}
