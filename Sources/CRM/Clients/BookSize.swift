import Storage

/// How many clients there are outside of the trash: kept as a number, so that a page of an owner's list does not count a hundred thousand
/// rows to say its total.
///
/// Changed in the transaction that makes a client or puts one into the trash, as the last thing in it: until it ends, the next such
/// transaction waits.
enum BookSize {
    /// The table, and the number for the clients that are there.
    static let migration = Migration(
        101, "size of the book",
        [
            "CREATE TABLE client_book (id BIGINT PRIMARY KEY CHECK (id = 1), live BIGINT NOT NULL)",
            "INSERT INTO client_book (id, live) SELECT 1, COUNT(*) FROM client WHERE deleted_at IS NULL",
        ])

    /// The number, as a query of one row under the name `total`.
    static let query: SQL = "SELECT live AS total FROM client_book WHERE id = 1"

    /// Counts anew, and puts right what a node of an older version or somebody's own SQL has left wrong.
    static func recount(in session: any SQLSession) throws {
        // Locked first, and counted in a second statement: its snapshot then has every change that has changed the number.
        _ = try session.rows("SELECT live FROM client_book WHERE id = 1 \(.forUpdate)")
        try session.run(
            "UPDATE client_book SET live = (SELECT COUNT(*) FROM client WHERE deleted_at IS NULL) WHERE id = 1")
    }

    /// One client more, or one less.
    static func change(by difference: Int64, in session: any SQLSession) throws {
        try session.run("UPDATE client_book SET live = live + \(difference) WHERE id = 1")
    }
}
