/// What a browser says of itself besides its `User-Agent`: the client hints that it sends unasked (UA-CH, "low entropy").
///
/// A hint and no evidence, like the user agent: the client writes them itself.
package struct ClientHints: Sendable, Hashable {
    /// `Sec-CH-UA`: printable ASCII, at most 256 bytes.
    package let brands: String
    /// `Sec-CH-UA-Platform`: printable ASCII, at most 64 bytes.
    package let platform: String
    /// `Sec-CH-UA-Mobile`; `nil` when it was not sent or is no truth value (RFC 8941 §3.3.6).
    package let isMobile: Bool?

    /// The hints as their headers came, `nil` for one that did not come. What is not printable ASCII is dropped, as no
    /// structured field holds it (RFC 8941 §3), and the rest is cut.
    package init(brands: String? = nil, platform: String? = nil, mobile: String? = nil) {
        self.brands = Self.printable(brands, atMost: 256)
        self.platform = Self.printable(platform, atMost: 64)
        switch mobile {
        case "?1": isMobile = true
        case "?0": isMobile = false
        default: isMobile = nil
        }
    }

    private static func printable(_ header: String?, atMost limit: Int) -> String {
        guard let header, !header.isEmpty else { return "" }
        let printable = header.utf8.prefix(4 * limit).filter { (32...126).contains($0) }
        return String(decoding: printable.prefix(limit), as: UTF8.self)
    }

    /// The names in ``brands``, in lower case and without their versions.
    var brandNames: [String] { Self.strings(in: brands) }

    /// The name in ``platform``, in lower case.
    var platformName: String? { Self.strings(in: platform).first }

    /// The strings of a list (RFC 8941 §3.1) that are no parameter's value.
    private static func strings(in list: String) -> [String] {
        var found: [String] = []
        var text: [UInt8]?
        var isEscaped = false
        var before: UInt8 = 0
        var isParameter = false
        for byte in list.utf8 {
            guard let current = text else {
                if byte == UInt8(ascii: "\"") {
                    text = []
                    isParameter = before == UInt8(ascii: "=")
                }
                before = byte
                continue
            }
            if !isEscaped, byte == UInt8(ascii: "\"") {
                if !isParameter { found.append(String(decoding: current, as: UTF8.self)) }
                text = nil
                before = byte
            } else if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                isEscaped = false
                text?.append((65...90).contains(byte) ? byte + 32 : byte)
            }
        }
        return found
    }
}
