/// One property of a vCard: `item1.TEL;TYPE=work,voice;PREF=1:+1 202 555 0143`.
struct ContentLine: Hashable {
    var line: Int
    var group: String?
    /// In upper case.
    var name: String
    /// By their names in upper case; those of vCard 2.1 without a name are types.
    var parameters: [String: [String]]
    /// As UTF-8, with its escapes.
    var value: String

    /// Takes a line of UTF-8 apart; `nil` for one without a colon or a name.
    init?(_ bytes: [UInt8], line: Int) {
        guard let colon = Self.colon(in: bytes) else { return nil }
        let pieces = Self.split(bytes[..<colon], at: UInt8(ascii: ";"))
        guard let path = pieces.first else { return nil }
        let names = String(decoding: path, as: UTF8.self).split(separator: ".", maxSplits: 1)
        guard let last = names.last, !path.isEmpty else { return nil }
        self.line = line
        group = names.count == 2 ? names[0].lowercased() : nil
        name = FileProblem.trimmed(last.uppercased())
        parameters = [:]
        for piece in pieces.dropFirst() { Self.add(String(decoding: piece, as: UTF8.self), to: &parameters) }
        let encoding = parameters["ENCODING"]?.first?.uppercased()
        var value = Array(bytes[(colon + 1)...])
        if encoding == "QUOTED-PRINTABLE" {
            value = Self.unquoted(value)
            let charset = parameters["CHARSET"]?.first?.lowercased() ?? ""
            let isWestern = charset.hasPrefix("windows-125") || charset.hasPrefix("iso-8859-1") || charset == "latin1"
            if isWestern || !UTF8Check.isValid(value.span) {
                value = RowDecoder.Rewriting.fromWindows1252.apply(to: value[...])
            }
        }
        self.value = String(decoding: value, as: UTF8.self)
    }

    /// The values of `TYPE`, in lower case, however they are spelled: `TYPE=work;TYPE=voice`, `TYPE="work,voice"`, `WORK;VOICE`.
    var types: [String] { (parameters["TYPE"] ?? []).map { $0.lowercased() } }

    private static func add(_ text: String, to parameters: inout [String: [String]]) {
        guard let sign = text.firstIndex(of: "=") else {
            let word = text.uppercased()
            let isEncoding = ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"].contains(word)
            parameters[isEncoding ? "ENCODING" : "TYPE", default: []].append(text)
            return
        }
        let values = text[text.index(after: sign)...].filter { $0 != "\"" }.split(separator: ",")
        parameters[FileProblem.trimmed(text[..<sign].uppercased()), default: []] += values.map {
            FileProblem.trimmed(String($0))
        }
    }

    /// The colon between name and value: the first one outside of quotes.
    private static func colon(in bytes: [UInt8]) -> Int? {
        var isQuoted = false
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: ":"), !isQuoted { return index }
        }
        // A quote that is never closed quotes nothing.
        return isQuoted ? bytes.firstIndex(of: UInt8(ascii: ":")) : nil
    }

    private static func split(_ bytes: ArraySlice<UInt8>, at separator: UInt8) -> [ArraySlice<UInt8>] {
        var (pieces, start, isQuoted): ([ArraySlice<UInt8>], Int, Bool) = ([], bytes.startIndex, false)
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if bytes[index] == separator, !isQuoted {
                pieces.append(bytes[start..<index])
                start = index + 1
            }
        }
        return pieces + [bytes[start...]]
    }

    /// Quoted-printable (RFC 2045 §6.7); what is none stays.
    private static func unquoted(_ bytes: [UInt8]) -> [UInt8] {
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case 48...57: byte - 48
            case 65...70, 97...102: (byte | 0x20) - 87
            default: nil
            }
        }
        var (result, index): ([UInt8], Int) = ([], 0)
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "="), index + 2 < bytes.count, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result.filter { $0 != 0 }
    }

    // MARK: Looking at the beginning of a line

    static func isQuotedPrintable(_ bytes: [UInt8]) -> Bool {
        ByteSearch.contains("QUOTED-PRINTABLE", in: parameters(of: bytes))
    }

    /// Whether the value is a picture, a sound, a key: nothing of it is kept.
    static func isBinary(_ bytes: [UInt8]) -> Bool {
        let path = bytes.prefix { $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ";") }
        let name = path.lastIndex(of: UInt8(ascii: ".")).map { path[($0 + 1)...] } ?? path
        switch name.count {
        case 5 where ByteSearch.contains("PHOTO", in: name) || ByteSearch.contains("SOUND", in: name): return true
        case 4 where ByteSearch.contains("LOGO", in: name): return true
        case 3 where ByteSearch.contains("KEY", in: name): return true
        default: break
        }
        let parameters = parameters(of: bytes)
        if ByteSearch.contains("BASE64", in: parameters) { return true }
        guard ByteSearch.contains("ENCODING=B", in: parameters) else { return false }
        return ByteSearch.contains("ENCODING=B;", in: parameters)
            || parameters.last.map { $0 | 0x20 } == UInt8(ascii: "b")
    }

    /// What stands between the first semicolon and the colon, as far as it is looked at.
    private static func parameters(of bytes: [UInt8]) -> ArraySlice<UInt8> {
        bytes.prefix(512).prefix { $0 != UInt8(ascii: ":") }.drop { $0 != UInt8(ascii: ";") }
    }
}
