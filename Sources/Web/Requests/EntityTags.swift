package import HTTPTypes

/// The tags of `If-Match` or `If-None-Match` (RFC 9110 §13.1): any, or a list, over one header line or several.
package enum EntityTags: Sendable, Hashable {
    /// `*`.
    case any
    case listed([Tag])

    /// One of a list.
    package struct Tag: Sendable, Hashable {
        /// Without the quotes.
        package let text: String
        /// `W/`: means the same, and need not be the same bytes.
        package let isWeak: Bool
    }

    /// What `name` says in `fields`; `nil` when it is not there. A member without its quotes, as many write it, is read as if it had them;
    /// one that is nothing of the kind matches nothing.
    package init?(_ name: HTTPField.Name, in fields: HTTPFields) {
        guard let header = fields[name] else { return nil }
        var rest = Self.trimmed(header[...])
        if rest == "*" {
            self = .any
            return
        }
        var tags: [Tag] = []
        while !rest.isEmpty {
            let isWeak = rest.hasPrefix("W/")
            if isWeak { rest = rest.dropFirst(2) }
            let isQuoted = rest.first == "\""
            if isQuoted { rest = rest.dropFirst() }
            let text = rest.prefix { isQuoted ? $0 != "\"" : $0 != "," }
            rest = rest[text.endIndex...]
            let isClosed = !isQuoted || !rest.isEmpty
            if isClosed { tags.append(Tag(text: String(isQuoted ? text : Self.trimmed(text)), isWeak: isWeak)) }
            rest = Self.trimmed(rest.drop { $0 != "," }.dropFirst())
        }
        self = .listed(tags)
    }

    /// Whether `text` is among them for somebody who has a copy (weak comparison).
    package func matchWeakly(_ text: String) -> Bool {
        switch self {
        case .any: return true
        case .listed(let tags): return tags.contains { $0.text == text }
        }
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
