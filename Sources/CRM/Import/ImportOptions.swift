import Accounts
package import ContactFiles
package import Core

/// Marks identifiers of imports.
package enum ImportEntity {}

/// The identity of one import.
package typealias ImportID = Identifier<ImportEntity>

/// What whoever imports a file wants done with it.
package struct ImportOptions: Sendable, Hashable {
    /// What becomes of a row whose person is a client already, or stands in the file twice.
    package enum Duplicates: String, Sendable, CaseIterable, Codable {
        /// It is left out.
        case skip
        /// What the client lacks is filled in, and lists are joined; nothing is taken away.
        case update
        /// It becomes one more client.
        case add
    }

    /// What the file is called: shown, and written down as that from which consent is known.
    package var fileName = "clients.csv"
    /// Whether nothing is written: what would become of each row is counted and told.
    package var isDryRun = false
    package var duplicates = Duplicates.skip
    /// Where the clients stand of whom the file does not say.
    package var stage: String?
    package var source: String?
    package var assignedTo: AccountID?
    /// What people say of columns; the rest is told by the header.
    package var mapping: [String: FieldTarget]?
    /// How to read dates of which nothing in the file proves the order; by the home region when absent.
    package var dateOrder: DateOrder?

    /// Skips duplicates and takes the header at its word.
    package init() {}
}

extension ImportOptions: Codable {}

/// What the first look at a file has told: whose it is, what its columns are and how its dates are written.
struct ImportPlan: Sendable, Hashable, Codable {
    /// The columns; empty for a vCard.
    var header: [String] = []
    var dialect = Dialect.other
    var encoding: String?
    var delimiter: String?
    /// The targets by the columns' names.
    var targets: [String: FieldTarget] = [:]
    /// The order of the dates by the columns' places.
    var orders: [Int: DateOrder] = [:]
    /// The columns whose dates can be read either way.
    var undecidedDates: [String] = []
    /// The columns that nobody knows.
    var unknownColumns: [String] = []
    /// What is wrong with whole columns.
    var notes: [String] = []
    /// Whether a mapping of before was used.
    var isRemembered = false
    /// The first rows as they would be imported, each a JSON object.
    var preview: [String] = []
}

/// A remark about a row: which cell, what is wrong, and whether the row was not imported for it.
struct RowProblem: Sendable, Hashable, Codable {
    var column: String?
    var code: String
    var message: String
    var isRejection: Bool
}
