/// Which of the two databases a statement is written out for.
package enum SQLDialect: String, Sendable, CaseIterable {
    /// SQLite 3.35 or later.
    case sqlite
    /// PostgreSQL 13 or later, or an engine that speaks its protocol and dialect.
    case postgres
}

/// The few words that the databases spell differently. Everything else is the dialect that both share.
package enum SQLType: Sendable {
    /// A column of 128-bit identifiers: `BLOB`, `UUID`.
    case identifier
    /// A column of bytes: `BLOB`, `BYTEA`.
    case bytes

    func spelling(in dialect: SQLDialect) -> String {
        switch (self, dialect) {
        case (.identifier, .sqlite), (.bytes, .sqlite): return "BLOB"
        case (.identifier, .postgres): return "UUID"
        case (.bytes, .postgres): return "BYTEA"
        }
    }
}

/// A clause that one database needs and the other does not have, or that has to stand in the text.
package enum SQLClause: Sendable {
    /// Holds the selected rows until the transaction ends. SQLite has one writer, so its rows are held already.
    /// Rows that refer to the held one can still be written by others: a foreign key is no reason to wait.
    case forUpdate
    /// The same for the rows of some of the tables that a query joins: the others may be missing (an outer join).
    case forUpdateOf(StaticString)
    /// Keeps the selected rows as they are until the transaction ends; others may do the same meanwhile.
    case forShare
    /// `LIMIT` with its number in the text. Of a bound one PostgreSQL thinks that it takes a tenth of the rows, and where there are many it then
    /// plans the statement anew each time, which costs more than to run it. For few different numbers: each is a statement of its own.
    case limit(Int)
    /// At the end of a subquery: asked for each row, and never turned into a join. SQLite does so anyway.
    case askedForEachRow

    func spelling(in dialect: SQLDialect) -> String {
        switch (self, dialect) {
        case (.limit(let count), .sqlite), (.limit(let count), .postgres): return "LIMIT \(count)"
        case (.forUpdate, .sqlite), (.forUpdateOf, .sqlite), (.forShare, .sqlite), (.askedForEachRow, .sqlite):
            return ""
        case (.forShare, .postgres): return "FOR SHARE"
        case (.askedForEachRow, .postgres): return "OFFSET 0"
        case (.forUpdate, .postgres): return "FOR NO KEY UPDATE"
        case (.forUpdateOf(let tables), .postgres): return "FOR NO KEY UPDATE OF \(tables)"
        }
    }
}
