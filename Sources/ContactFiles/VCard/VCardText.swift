/// The escapes of vCard's values (RFC 6350 §3.4).
enum VCardText {
    /// The value without its escapes. vCard 2.1 has no `\n`: there it is the end of a Windows path.
    static func unescaped(_ text: some StringProtocol, isOld: Bool = false) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return String(text) }
        var (result, isEscaped) = ("", false)
        for scalar in text.unicodeScalars {
            guard isEscaped else {
                if scalar == "\\" { isEscaped = true } else { result.unicodeScalars.append(scalar) }
                continue
            }
            isEscaped = false
            switch scalar {
            case "n" where !isOld, "N" where !isOld: result.append("\n")
            case "\\", ",", ";", ":": result.unicodeScalars.append(scalar)
            default:
                result.append("\\")
                result.unicodeScalars.append(scalar)
            }
        }
        return isEscaped ? result + "\\" : result
    }

    /// The parts between separators that no backslash escapes, still with their escapes.
    static func split(_ text: String, at separator: Unicode.Scalar) -> [Substring] {
        var (parts, start, isEscaped): ([Substring], String.Index, Bool) = ([], text.startIndex, false)
        let scalars = text.unicodeScalars
        for index in scalars.indices {
            if isEscaped {
                isEscaped = false
            } else if scalars[index] == "\\" {
                isEscaped = true
            } else if scalars[index] == separator {
                parts.append(text[start..<index])
                start = scalars.index(after: index)
            }
        }
        return parts + [text[start...]]
    }

    /// Appends the text with its escapes. Line ends become `\n`, which is all that vCard has.
    static func append(_ text: String, to bytes: inout [UInt8]) {
        let backslash = UInt8(ascii: "\\")
        var wasReturn = false
        for byte in text.utf8 {
            switch byte {
            case backslash, UInt8(ascii: ","), UInt8(ascii: ";"):
                bytes.append(backslash)
                bytes.append(byte)
            case 10 where wasReturn, 0: break
            case 10, 13:
                bytes.append(backslash)
                bytes.append(UInt8(ascii: "n"))
            default: bytes.append(byte)
            }
            wasReturn = byte == 13
        }
    }
}
