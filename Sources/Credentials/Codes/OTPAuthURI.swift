import Core

/// The address that an authenticator app reads from a QR code (the "Key URI format" that all apps share).
package enum OTPAuthURI {
    /// `otpauth://totp/Issuer:account?secret=…&issuer=Issuer&algorithm=SHA1&digits=6&period=30`. Issuer and account may hold anything; what
    /// is no plain letter or digit is percent-encoded, as UTF-8.
    package static func text(secret: [UInt8], issuer: String, account: String) -> String {
        let (issuer, account) = (encoded(issuer), encoded(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(Base32.encode(secret))&issuer=\(issuer)"
            + "&algorithm=SHA1&digits=6&period=\(TOTP.period)"
    }

    /// The unreserved characters of RFC 3986 §2.3 stay.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
