import CRM

/// A text with merge fields: `Hello {{client.firstName|there}}`. What stands behind the bar is written where the field is empty.
///
/// A value is never read as a template, so that a name of `{{agent.email}}` is just an odd name (template injection, ASVS 1.3.7).
struct TemplateText {
    /// A piece of it.
    private enum Piece {
        case text(String)
        case field(String, fallback: String?)
    }

    private let pieces: [Piece]

    /// Reads a text in which every `{{` has its `}}`; `nil` for another.
    init?(_ text: String) {
        var (pieces, rest): ([Piece], Substring) = ([], text[...])
        while let open = rest.firstRange(of: "{{") {
            pieces.append(.text(String(rest[..<open.lowerBound])))
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else { return nil }
            let inside = rest[open.upperBound..<close.lowerBound].split(
                separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
            let name = inside[0].filter { !$0.isWhitespace }
            pieces.append(.field(name, fallback: inside.count > 1 ? String(inside[1]) : nil))
            rest = rest[close.upperBound...]
        }
        pieces.append(.text(String(rest)))
        self.pieces = pieces
    }

    /// The fields that it names.
    var fields: [String] {
        pieces.compactMap { piece in if case .field(let name, _) = piece { name } else { nil } }
    }

    /// The text with the values of `values`, and the fields that are empty and have no fallback: with one of those it must not be sent.
    func filled(_ values: MergeFields) -> (text: String, empty: [String]) {
        var (text, empty) = ("", [String]())
        for piece in pieces {
            switch piece {
            case .text(let piece): text += piece
            case .field(let name, let fallback):
                let value = values[name]
                text += value.isEmpty ? fallback ?? "" : value
                if value.isEmpty, fallback == nil { empty.append(name) }
            }
        }
        return (text, empty)
    }

    /// Checks a text that somebody wrote for `field`; `nil`, and a problem, for one that cannot be used.
    static func checked(
        _ text: String, _ field: String, custom keys: [String], _ check: inout FieldCheck
    ) -> TemplateText? {
        guard let template = TemplateText(text) else {
            check.refuse(field, .unreadable, "A {{ has no }} behind it.")
            return nil
        }
        let unknown = template.fields.filter { !MergeFields.isKnown($0, custom: keys) }
        if !unknown.isEmpty {
            let names = MergeFields.names.joined(separator: ", ")
            check.refuse(
                field, .unknownField,
                "There is no such merge field. There are: \(names), and client.custom. with the key of a custom field.")
            return nil
        }
        return template
    }
}
