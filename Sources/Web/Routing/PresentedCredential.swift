import Credentials
import FoundationEssentials
import Hummingbird

/// What a request shows in the header `Authorization`, and nowhere else: a key in a cookie or in the query is none.
enum PresentedCredential: Sendable {
    case nothing
    /// `Bearer`, and an access token for all that is known.
    case token(String)
    /// `Bearer` or `Basic` with an API key; `nil` when it is not one that this server could have made.
    case key(PresentedKey?)
    /// Another scheme.
    case other
}

extension Call {
    /// Longer user names than this are no keys, and are not decoded.
    private static let longestBasic = 1_024

    /// What the request shows.
    var credential: PresentedCredential {
        guard let header = request.headers[.authorization] else { return .nothing }
        if let token = bearerToken {
            return token.hasPrefix(PresentedKey.prefix) ? .key(PresentedKey(token)) : .token(token)
        }
        // Of two headers the values stand behind each other, and are no key.
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "basic" else { return .other }
        return .key(Self.userName(inBasic: parts[1].drop { $0 == " " }).flatMap { PresentedKey($0) })
    }

    /// The user name (RFC 7617 §2); whatever stands after the colon counts for nothing. Not for anything that is no ASCII text.
    private static func userName(inBasic text: Substring) -> String? {
        guard text.utf8.count <= longestBasic, let data = Data(base64Encoded: String(text)) else { return nil }
        let name = data.prefix { $0 != UInt8(ascii: ":") }
        guard name.allSatisfy({ (33...126).contains($0) }) else { return nil }
        return String(decoding: name, as: UTF8.self)
    }
}
