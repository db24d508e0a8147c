/// What can go wrong with a database. Faults, not outcomes: an expected refusal is a value that a transaction returns.
package enum StorageError: Error, Sendable, Equatable {
    /// The database cannot be reached now; it may be back soon. Nothing of the transaction was kept, unless the
    /// connection broke during the commit itself.
    case unavailable(String)
    /// More work waits than may wait; try again shortly.
    case overloaded
    /// A statement ran longer than `DB_QUERY_TIMEOUT_MS` and was cancelled.
    case timedOut
    /// A constraint of the schema refused the change.
    case constraintViolated(String)
    /// A row lacks a column, or holds another kind than the code expects.
    case unexpectedColumn(String)
    /// The schema cannot be brought to the version of this program: what is wrong, for the operator.
    case migrationRefused(String)
    /// Anything else the database said.
    case failed(String)
}
