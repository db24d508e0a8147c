package import HTTPTypes

/// The entity tags of a conditional request: `If-Match`, `If-None-Match` (RFC 9110 §13.1). A list, in one field or in several.
package enum EntityTags: Sendable, Hashable {
    /// `*`: any version that there is.
    case any
    /// These; what is no tag is left out, and so matches nothing.
    case listed([Tag])

    /// One tag.
    package struct Tag: Sendable, Hashable {
        /// Without the quotes.
        package let value: String
        /// `W/"…"`.
        package let isWeak: Bool
    }

    /// The tags in the field `name`; `nil` when there is none.
    package init?(_ headers: HTTPFields, _ name: HTTPField.Name) {
        guard let text = headers[name] else { return nil }
        let members = text.split(separator: ",").map { $0.drop { $0 == " " || $0 == "\t" } }
        if members.count == 1, members[0].allSatisfy({ "* \t".contains($0) }), members[0].contains("*") {
            self = .any
            return
        }
        self = .listed(members.compactMap(Self.tag))
    }

    /// Also without quotes, as some clients send it.
    private static func tag(_ text: Substring) -> Tag? {
        var text = text
        while text.last == " " || text.last == "\t" { text.removeLast() }
        let isWeak = text.hasPrefix("W/")
        if isWeak { text = text.dropFirst(2) }
        if text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 { text = text.dropFirst().dropLast() }
        return text.isEmpty || text.contains("\"") ? nil : Tag(value: String(text), isWeak: isWeak)
    }
}
