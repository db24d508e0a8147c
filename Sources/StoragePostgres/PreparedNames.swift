import Storage

/// The statements that one connection has prepared, by text and types of the parameters.
struct PreparedNames {
    /// What a prepared statement is found by. The types of the parameters belong to it: a null has none, and the server plans for the types given.
    struct Key: Hashable {
        let text: String
        let types: [UInt32]
    }

    /// A statement that is ready.
    final class Entry {
        /// The name by which the server knows it.
        let name: String
        /// The columns of its result, read with the first one. The server refuses to run it when they have changed.
        var columns: ColumnNames?

        init(name: String) { self.name = name }
    }

    /// How many the server has to keep for one connection.
    static let limit = 256

    private var entries: [Key: Entry] = [:]
    private var named = 0

    /// Whether `count` more would be too many.
    func isFull(for count: Int) -> Bool { !entries.isEmpty && entries.count + count > Self.limit }

    subscript(key: Key) -> Entry? { entries[key] }

    /// A name that the connection has not used yet.
    mutating func newName() -> String {
        named += 1
        return "s\(named)"
    }

    /// Remembers that the server has prepared `key`.
    mutating func remember(_ key: Key, _ entry: Entry) { entries[key] = entry }

    /// Forgets all of them.
    mutating func removeAll() { entries = [:] }
}
