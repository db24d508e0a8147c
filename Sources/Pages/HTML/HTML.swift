import Web

/// A piece of a page. Whatever text is set into it is escaped; only another `HTML` goes in as it is (cross-site scripting, ASVS 1.2.1).
package struct HTML: Sendable, ExpressibleByStringInterpolation {
    /// The markup.
    package private(set) var text: String

    package init(stringLiteral value: String) { text = value }

    package init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    /// Collects the pieces of a literal.
    package struct Interpolation: StringInterpolationProtocol {
        var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        package mutating func appendLiteral(_ literal: String) { text += literal }

        package mutating func appendInterpolation(_ value: String) {
            for character in value.unicodeScalars {
                switch character {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                case "\"": text += "&quot;"
                case "'": text += "&#39;"
                default: text.unicodeScalars.append(character)
                }
            }
        }

        package mutating func appendInterpolation(_ piece: HTML) { text += piece.text }
    }
}

extension Sequence<HTML> {
    /// The pieces one after the other.
    package func joined() -> HTML { reduce(into: HTML(stringLiteral: "")) { $0 = "\($0)\($1)" } }
}
