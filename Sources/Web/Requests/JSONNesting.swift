/// How deep the lists and objects of a body may lie in one another.
///
/// The work of decoding grows with more than the depth, and it is done before anybody has shown who they are: a kilobyte of brackets could hold
/// a thread for a second. Nothing that is sent to us lies deeper than 9 (a list of clients with its filter).
enum JSONNesting {
    /// The greatest depth; the body's own object is the first level.
    static let limit = 9

    /// What one pass over the bytes finds out.
    enum Verdict: Sendable, Hashable {
        case shallow
        case tooDeep
        /// No JSON in UTF-8. In UTF-16 the end of a string cannot be told by a byte, and the decoder would accept it.
        case notUTF8
    }

    /// Judges bytes that nobody has parsed yet. What is wrong with them otherwise is left to the decoder.
    static func judge(_ bytes: some Sequence<UInt8>) -> Verdict {
        var depth = 0
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            if byte == 0 { return .notUTF8 }
            if isEscaped {
                isEscaped = false
                continue
            }
            switch byte {
            case UInt8(ascii: "\\"): isEscaped = isInString
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if isInString { continue }
                depth += 1
                if depth > limit { return .tooDeep }
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if !isInString { depth -= 1 }
            default: continue
            }
        }
        return .shallow
    }
}
