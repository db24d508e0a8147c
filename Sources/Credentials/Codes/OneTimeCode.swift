package import Core

/// A six-digit code that is made here, sent somewhere, and typed back.
package enum OneTimeCode {
    private static let length = 6

    /// A code for sending: six digits, every one of the million as likely as another.
    package static func make(in world: World) -> String {
        // Of 32 random bits the few at the end that would favour small numbers are thrown away.
        let limit = UInt32.max - UInt32.max % 1_000_000
        var number = UInt32.max
        while number >= limit {
            number = world.randomBytes(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: length - text.count) + text
    }

    /// The digits of a typed code, without the spaces that people put between; `nil` for anything else.
    package static func digits(_ typed: String) -> [UInt8]? {
        guard typed.utf8.count <= 32 else { return nil }
        let bytes = typed.utf8.filter { $0 != 32 && $0 != UInt8(ascii: "-") }
        guard bytes.count == length, bytes.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Array(bytes)
    }
}
