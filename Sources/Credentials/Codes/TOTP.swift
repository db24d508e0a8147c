package import Core
import Crypto

/// Time-based one-time passwords as every authenticator app makes them: SHA-1, six digits, a new one every 30 seconds (RFC 6238, over
/// RFC 4226).
package enum TOTP {
    /// Seconds for which one code is shown.
    package static let period: Int64 = 30
    /// 160 bits, as RFC 4226 §4 recommends.
    package static let secretLength = 20
    /// How many steps the two clocks may differ (RFC 6238 §5.2).
    private static let drift: Int64 = 1

    /// The number of the period that `moment` lies in.
    package static func step(at moment: Timestamp) -> Int64 {
        let seconds = moment.seconds
        return seconds / period - (seconds % period < 0 ? 1 : 0)
    }

    /// The code of one step (RFC 4226 §5.3).
    package static func code(secret: [UInt8], step: Int64, digits: Int = 6) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * Int64($0))) }
        let mac = Array(
            HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int((mac.last ?? 0) & 15)
        var number: UInt32 = 0
        for byte in mac.dropFirst(offset).prefix(4) { number = number << 8 | UInt32(byte) }
        number &= 0x7FFF_FFFF
        var text = ""
        for _ in 0..<digits {
            text = String(number % 10) + text
            number /= 10
        }
        return text
    }

    /// The steps around `now` whose code `presented` is, the earliest first; mostly none or one. All are compared, in constant time.
    package static func steps(matching presented: String, secret: [UInt8], at now: Timestamp) -> [Int64] {
        guard let typed = OneTimeCode.digits(presented) else { return [] }
        let present = step(at: now)
        return (present - drift...present + drift).filter { step in
            ConstantTime.equal(Array(code(secret: secret, step: step).utf8), typed)
        }
    }
}
