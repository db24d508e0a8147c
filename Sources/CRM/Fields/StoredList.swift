package import Core
package import Storage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A value with exactly one JSON text: members in a fixed order, no spaces, only the escapes that JSON demands.
package protocol CanonicalJSON: Decodable, Hashable, Sendable {
    /// Writes the value's one text.
    func write(to writer: inout JSONWriter)
    /// Reads what ``write(to:)`` has written. By itself as `JSONDecoder` does; what each client has reads faster.
    init(stored reader: inout JSONReader) throws
}

extension CanonicalJSON {
    package init(stored reader: inout JSONReader) throws {
        self = try JSONDecoder().decode(Self.self, from: Data(try reader.value().utf8))
    }
}

extension String: CanonicalJSON {
    /// Writes the text as a JSON string.
    package func write(to writer: inout JSONWriter) { writer.string(self) }

    package init(stored reader: inout JSONReader) throws { self = try reader.string() }
}

extension Identifier: CanonicalJSON {
    /// Writes the identity in its 8-4-4-4-12 form.
    package func write(to writer: inout JSONWriter) { writer.identifier(self) }

    package init(stored reader: inout JSONReader) throws {
        guard let identifier = Self(try reader.string()) else { throw StorageError.unexpectedColumn("identifier") }
        self = identifier
    }
}

extension JSONReader {
    /// Reads an array of such values.
    mutating func list<Element: CanonicalJSON>(of type: Element.Type) throws -> [Element] {
        var list: [Element] = []
        try elements { reader in list.append(try Element(stored: &reader)) }
        return list
    }
}

/// A list that is stored as canonical JSON and kept so, to be written out again as it is.
///
/// Decoding it costs more than the query that fetched it, and a list page never needs to; whoever edits the client does.
package struct StoredList<Element: CanonicalJSON>: Sendable, Hashable {
    /// The JSON array.
    package let json: String

    /// The list of `elements`, in their order.
    package init(_ elements: [Element] = []) {
        var writer = JSONWriter(capacity: 2 + elements.count * 64)
        writer.array { array in
            for element in elements { element.write(to: &array) }
        }
        json = String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The list as it was stored.
    package init(stored json: String) { self.json = json }

    /// The elements, decoded now. Throws when the column holds something else than this program writes there.
    package func elements() throws -> [Element] {
        if json == "[]" { return [] }
        var reader = JSONReader(json)
        let elements = try reader.list(of: Element.self)
        try reader.finish()
        return elements
    }
}

extension StoredList: SQLConvertible {
    package var sqlValue: SQLValue { .text(json) }
    package init?(sqlValue: SQLValue) {
        guard case .text(let json) = sqlValue else { return nil }
        self.json = json
    }
}

/// An object that is stored as canonical JSON and kept so, like a ``StoredList``.
package struct StoredObject<Value: CanonicalJSON>: Sendable, Hashable {
    /// The JSON object.
    package let json: String

    /// The object of `value`.
    package init(_ value: Value) {
        var writer = JSONWriter(capacity: 256)
        value.write(to: &writer)
        json = String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The object as it was stored.
    package init(stored json: String) { self.json = json }

    /// The value, decoded now. Throws when the column holds something else than this program writes there.
    package func value() throws -> Value {
        var reader = JSONReader(json)
        let value = try Value(stored: &reader)
        try reader.finish()
        return value
    }
}

extension StoredObject: SQLConvertible {
    package var sqlValue: SQLValue { .text(json) }
    package init?(sqlValue: SQLValue) {
        guard case .text(let json) = sqlValue else { return nil }
        self.json = json
    }
}
