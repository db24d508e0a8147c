package import Core

/// A code for the day on which every other factor is lost: 80 random bits in an alphabet without look-alikes, written
/// `k7wd-04mz-9qtx-h2ev`.
package enum RecoveryCode {
    /// How many somebody gets.
    package static let count = 10
    /// At fewer than this many the owner is told.
    package static let few = 3
    private static let byteCount = 10
    /// Crockford's: no i, l, o, u.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A new code.
    package static func make(in world: World) -> String {
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for byte in world.randomBytes(byteCount) {
            buffer = (buffer << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                if text.count % 5 == 4 { text.append(UInt8(ascii: "-")) }
                text.append(alphabet[Int(buffer >> bits & 31)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The one spelling of a typed code: case, spaces and dashes do not matter, and an `O` is a zero; `nil` for what can be no code.
    package static func canonical(_ typed: String) -> [UInt8]? {
        guard typed.utf8.count <= 64 else { return nil }
        var code: [UInt8] = []
        for byte in typed.utf8 where byte != 32 && byte != UInt8(ascii: "-") {
            let lower = (65...90).contains(byte) ? byte + 32 : byte
            switch lower {
            case UInt8(ascii: "o"): code.append(UInt8(ascii: "0"))
            case UInt8(ascii: "i"), UInt8(ascii: "l"): code.append(UInt8(ascii: "1"))
            case _ where alphabet.contains(lower): code.append(lower)
            default: return nil
            }
        }
        return code.count == byteCount * 8 / 5 ? code : nil
    }
}
