import Accounts
import Core
import Storage

/// How many clients outside of the trash a reader has, in all and in each stage: kept as numbers, so that a page does not count a hundred
/// thousand rows to say its total.
///
/// Changed in the transaction that changes the clients, as the last thing in it (``BookSizeChanges``): until it ends, the next such
/// transaction waits. The rows of a stage that nobody is in any more stay at 0 until the next recount.
enum BookSize {
    /// What there was before: one number, for the whole book alone. ``readersMigration`` takes its place.
    static let migration = Migration(
        101, "size of the book",
        [
            "CREATE TABLE client_book (id BIGINT PRIMARY KEY CHECK (id = 1), live BIGINT NOT NULL)",
            "INSERT INTO client_book (id, live) SELECT 1, COUNT(*) FROM client WHERE deleted_at IS NULL",
        ])

    /// The table, and the numbers for the clients that are there. The whole book has the reader of only zeros, and a reader's clients in all
    /// have the stage of no letters, which no client has.
    static let readersMigration = Migration(
        103, "sizes by reader and stage",
        [
            """
            CREATE TABLE client_total (
                user_id \(.identifier) NOT NULL,
                stage TEXT NOT NULL,
                live BIGINT NOT NULL,
                PRIMARY KEY (user_id, stage)
            )
            """,
            """
            INSERT INTO client_total (user_id, stage, live)
            SELECT user_id, stage, COUNT(*) FROM client_reader WHERE stage <> '' GROUP BY user_id, stage
            """,
            """
            INSERT INTO client_total (user_id, stage, live)
            SELECT user_id, '', COUNT(*) FROM client_reader GROUP BY user_id
            """,
            """
            INSERT INTO client_total (user_id, stage, live)
            SELECT \(SQLValue.identifier(high: 0, low: 0)), stage, COUNT(*) FROM client
            WHERE deleted_at IS NULL AND stage <> '' GROUP BY stage
            """,
            """
            INSERT INTO client_total (user_id, stage, live)
            SELECT \(SQLValue.identifier(high: 0, low: 0)), '', COUNT(*) FROM client WHERE deleted_at IS NULL
            """,
            "DROP TABLE client_book",
        ])

    /// Stands for the whole book in the place of a reader.
    static let wholeBook = AccountID(high: 0, low: 0)
    /// Stands for all stages in the place of one.
    static let anyStage = ""

    /// The number of the clients of `reader`, of the whole book for `nil`, in `stage`, in all stages for `nil`: a query of one row under
    /// the name `total`.
    static func query(_ reader: AccountID?, stage: String?) -> SQL {
        """
        SELECT COALESCE(MAX(live), 0) AS total FROM client_total
        WHERE user_id = \(reader ?? wholeBook) AND stage = \(stage ?? anyStage)
        """
    }

    /// Counts anew the clients of everybody who has some, or had some when they were counted last, and puts right what somebody's own SQL
    /// has left wrong. One transaction for each reader: only those who change the clients of the same reader wait for it.
    static func recount(in database: any Database) async throws {
        let readers = try await database.rows(
            "SELECT user_id FROM client_total UNION SELECT user_id FROM client_reader ORDER BY user_id")
        for row in readers {
            let reader: AccountID = try row.get("user_id")
            try await database.transaction { session in try recount(reader, in: session) }
        }
    }

    private static func recount(_ reader: AccountID, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO client_total (user_id, stage, live) VALUES (\(reader), \(anyStage), 0)
            ON CONFLICT (user_id, stage) DO NOTHING
            """)
        // Held first, and counted in a statement of its own: its picture then has every change that has touched the numbers.
        let kept = try counts(
            session.rows(
                "SELECT stage, live FROM client_total WHERE user_id = \(reader) ORDER BY stage \(.forUpdate)"))
        let clients: SQL =
            reader == wholeBook
            ? "client WHERE deleted_at IS NULL" : "client_reader WHERE user_id = \(reader)"
        var counted = try counts(session.rows("SELECT stage, COUNT(*) AS live FROM \(clients) GROUP BY stage"))
        counted[anyStage] = counted.values.reduce(0, +)
        for (stage, live) in counted.sorted(by: { $0.key < $1.key }) where kept[stage] != live {
            try session.run(
                """
                INSERT INTO client_total (user_id, stage, live) VALUES (\(reader), \(stage), \(live))
                ON CONFLICT (user_id, stage) DO UPDATE SET live = excluded.live
                """)
        }
        for stage in kept.keys.sorted() where counted[stage] == nil {
            try session.run("DELETE FROM client_total WHERE user_id = \(reader) AND stage = \(stage)")
        }
    }

    private static func counts(_ rows: [Row]) throws -> [String: Int64] {
        try Dictionary(
            rows.map { (try $0.get("stage"), try $0.get("live")) }, uniquingKeysWith: { first, _ in first })
    }
}

/// What one transaction does to the sizes, gathered while it works and written as its last statement.
struct BookSizeChanges {
    private struct Place: Hashable {
        let reader: AccountID
        let stage: String
    }

    private var differences: [Place: Int64] = [:]

    /// A client with that content is one more, or one less.
    mutating func count(_ content: ClientContent, by difference: Int64) {
        for reader in ClientReaders.of(content) { count(reader, content.stage, difference) }
        count(BookSize.wholeBook, content.stage, difference)
    }

    private mutating func count(_ reader: AccountID, _ stage: String, _ difference: Int64) {
        differences[Place(reader: reader, stage: stage), default: 0] += difference
        differences[Place(reader: reader, stage: BookSize.anyStage), default: 0] += difference
    }

    /// Writes the differences, always in the same order of rows, so that two transactions never wait for each other in a circle. The whole
    /// book comes last: its rows are those that everybody needs.
    func write(in session: any SQLSession) throws {
        let changed = differences.filter { $0.value != 0 }.sorted { left, right in
            let (first, second) = (left.key, right.key)
            if first.reader == second.reader { return first.stage < second.stage }
            if first.reader == BookSize.wholeBook { return false }
            return second.reader == BookSize.wholeBook || first.reader < second.reader
        }
        guard !changed.isEmpty else { return }
        let values = changed.map { "(\($0.key.reader), \($0.key.stage), \($0.value))" as SQL }
        try session.run(
            """
            INSERT INTO client_total (user_id, stage, live) VALUES \(values.joined(separator: ", "))
            ON CONFLICT (user_id, stage) DO UPDATE SET live = client_total.live + excluded.live
            """)
    }
}
