/// A statement, or a piece of one, in the dialect that both databases share.
///
/// Written as a string literal. Whatever is interpolated becomes a *bound value*, never text, so that no input can
/// change what a statement means (SQL injection, ASVS 1.2.4):
/// ```swift
/// let byAddress: SQL = "SELECT id FROM account WHERE email = \(address)"
/// ```
/// Another `SQL`, an ``SQLType`` or an ``SQLClause`` is set in as text. There is no way to set in a `String` as text.
package struct SQL: Sendable {
    enum Part: Sendable {
        case text(String)
        case value(SQLValue)
        case type(SQLType)
        case clause(SQLClause)
    }

    var parts: [Part]

    init(parts: [Part]) { self.parts = parts }

    /// The statement as one database reads it: the text with its placeholders (`?` or `$1`), and the values for them.
    package func rendered(for dialect: SQLDialect) -> (text: String, values: [SQLValue]) {
        var text = ""
        text.reserveCapacity(256)
        var values: [SQLValue] = []
        values.reserveCapacity(parts.count / 2)
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .value(let value):
                values.append(value)
                switch dialect {
                case .sqlite: text += "?"
                case .postgres:
                    text += "$"
                    text += String(values.count)
                }
            case .type(let type): text += type.spelling(in: dialect)
            case .clause(let clause): text += clause.spelling(in: dialect)
            }
        }
        return (text, values)
    }

    /// Shows `body` each value in order, with its place from 1. Returns whether the text around them is the same as `other`'s.
    package func forEachValue(besides other: SQL, _ body: (SQLValue, Int) throws -> Void) rethrows -> Bool {
        guard parts.count == other.parts.count else { return false }
        var place = 0
        for (part, twin) in zip(parts, other.parts) {
            switch (part, twin) {
            case (.value(let value), .value):
                place += 1
                try body(value, place)
            case (.text(let text), .text(let same)) where text == same: break
            default: return false
            }
        }
        return true
    }

    /// One piece after the other.
    package static func + (left: SQL, right: SQL) -> SQL { SQL(parts: left.parts + right.parts) }
}

extension SQL: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) { parts = [.text(value)] }

    package init(stringInterpolation: Interpolation) { parts = stringInterpolation.parts }

    /// Collects the pieces of a literal.
    package struct Interpolation: StringInterpolationProtocol {
        var parts: [Part] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(interpolationCount * 2 + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { parts.append(.text(literal)) }
        }

        package mutating func appendInterpolation(_ value: some SQLConvertible) { parts.append(.value(value.sqlValue)) }

        package mutating func appendInterpolation(_ value: (some SQLConvertible)?) {
            parts.append(.value(value?.sqlValue ?? .null))
        }

        package mutating func appendInterpolation(_ value: SQLValue) { parts.append(.value(value)) }

        package mutating func appendInterpolation(_ piece: SQL) { parts.append(contentsOf: piece.parts) }

        package mutating func appendInterpolation(_ type: SQLType) { parts.append(.type(type)) }

        package mutating func appendInterpolation(_ clause: SQLClause) { parts.append(.clause(clause)) }
    }
}

extension Sequence<SQL> {
    /// The pieces with `separator` between them.
    package func joined(separator: SQL) -> SQL {
        var parts: [SQL.Part] = []
        for (index, piece) in enumerated() {
            if index > 0 { parts += separator.parts }
            parts += piece.parts
        }
        return SQL(parts: parts)
    }
}
