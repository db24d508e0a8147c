package import Core

/// A value as the database holds it. Both databases store exactly these kinds.
package enum SQLValue: Hashable, Sendable {
    /// No value.
    case null
    /// `BIGINT`; also truth values (0, 1) and moments (milliseconds).
    case integer(Int64)
    /// `DOUBLE PRECISION`.
    case real(Double)
    /// `TEXT`, UTF-8 without NUL: PostgreSQL cannot store one.
    case text(String)
    /// ``SQLType/bytes``.
    case bytes([UInt8])
    /// ``SQLType/identifier``: the two big-endian halves of a 128-bit identifier.
    case identifier(high: UInt64, low: UInt64)
}

/// A Swift type that one database value can stand for.
package protocol SQLConvertible: Sendable {
    /// The value to store.
    var sqlValue: SQLValue { get }
    /// The Swift value for a stored one; `nil` when the kinds do not match.
    init?(sqlValue: SQLValue)
}

extension Int64: SQLConvertible {
    package var sqlValue: SQLValue { .integer(self) }
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = value
    }
}

extension Int: SQLConvertible {
    package var sqlValue: SQLValue { .integer(Int64(self)) }
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(exactly: value)
    }
}

extension Bool: SQLConvertible {
    package var sqlValue: SQLValue { .integer(self ? 1 : 0) }
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self = value != 0
    }
}

extension Double: SQLConvertible {
    package var sqlValue: SQLValue { .real(self) }
    package init?(sqlValue: SQLValue) {
        switch sqlValue {
        case .real(let value): self = value
        case .integer(let value): self = Double(value)
        default: return nil
        }
    }
}

extension String: SQLConvertible {
    package var sqlValue: SQLValue { .text(self) }
    package init?(sqlValue: SQLValue) {
        guard case .text(let value) = sqlValue else { return nil }
        self = value
    }
}

extension [UInt8]: SQLConvertible {
    package var sqlValue: SQLValue { .bytes(self) }
    package init?(sqlValue: SQLValue) {
        guard case .bytes(let value) = sqlValue else { return nil }
        self = value
    }
}

extension Timestamp: SQLConvertible {
    package var sqlValue: SQLValue { .integer(milliseconds) }
    package init?(sqlValue: SQLValue) {
        guard case .integer(let value) = sqlValue else { return nil }
        self.init(milliseconds: value)
    }
}

extension Identifier: SQLConvertible {
    package var sqlValue: SQLValue { .identifier(high: high, low: low) }
    package init?(sqlValue: SQLValue) {
        switch sqlValue {
        case .identifier(let high, let low): self.init(high: high, low: low)
        case .bytes(let bytes): self.init(bytes: bytes)  // SQLite has no type for identifiers and hands back bytes.
        default: return nil
        }
    }
}

extension EmailAddress: SQLConvertible {
    package var sqlValue: SQLValue { .text(text) }
    package init?(sqlValue: SQLValue) {
        guard case .text(let value) = sqlValue else { return nil }
        self.init(kept: value)
    }
}
