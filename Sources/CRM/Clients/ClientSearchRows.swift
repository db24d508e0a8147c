import Accounts
import Core
import Storage

/// What clients outside of the trash are found by: a row of `client_search` for the whole book and one for each person who reads the client.
///
/// Who sees only their own clients is searched for among their own rows alone, so no answer, total or time tells of another's. The latest
/// rows of a reader lie side by side in an index that holds the text as well; texts that are too long for it have one without. The rows of the
/// whole book have an index of trigrams: FTS5 in SQLite, kept by triggers, and `pg_trgm` in PostgreSQL, see ``TrigramIndex``.
enum ClientSearchRows {
    /// The tables, and the rows for the clients that are there, which ``SearchRenewal`` then brings into the form of this release.
    static let migration = Migration(
        105, "search of clients", [],
        sqlite: [table("number INTEGER PRIMARY KEY,")] + filling + indexes + fullText,
        postgres: [table("")] + filling + indexes)

    private static func table(_ number: SQL) -> SQL {
        """
        CREATE TABLE client_search (
            \(number)
            reader_id \(.identifier) NOT NULL,
            client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
            last_activity_at BIGINT NOT NULL,
            search_text TEXT NOT NULL,
            is_book BIGINT NOT NULL,
            is_long BIGINT NOT NULL
        )
        """
    }

    private static let filling: [SQL] = [
        """
        INSERT INTO client_search (reader_id, client_id, last_activity_at, search_text, is_book, is_long)
        SELECT \(SQLValue.identifier(high: 0, low: 0)), id, last_activity_at, ' ' || search_text || ' ', 1,
            CASE WHEN length(search_text) > 498 THEN 1 ELSE 0 END
        FROM client WHERE deleted_at IS NULL
        """,
        """
        INSERT INTO client_search (reader_id, client_id, last_activity_at, search_text, is_book, is_long)
        SELECT reader.user_id, client.id, client.last_activity_at, ' ' || client.search_text || ' ', 0,
            CASE WHEN length(client.search_text) > 498 THEN 1 ELSE 0 END
        FROM client_reader AS reader JOIN client ON client.id = reader.client_id
        """,
    ]

    /// A row of PostgreSQL's index holds 2,700 bytes, which 500 characters never need. `is_long` stands in the first so that SQLite asks the
    /// table for nothing.
    private static let indexes: [SQL] = [
        "CREATE UNIQUE INDEX client_search_by_client ON client_search (client_id, reader_id)",
        """
        CREATE INDEX client_search_by_activity
            ON client_search (reader_id, last_activity_at, client_id, search_text, is_long) WHERE is_long = 0
        """,
        """
        CREATE INDEX client_search_long_by_activity ON client_search (reader_id, last_activity_at, client_id)
        WHERE is_long = 1
        """,
    ]

    /// Each word has two spaces before and behind it in the index, see ``SearchTerms/trigrams(_:)``. The index keeps no texts, so whatever
    /// is taken out has to be told as it was put in.
    private static let fullText: [SQL] = [
        """
        CREATE VIRTUAL TABLE client_trigram USING fts5(
            search_text, content = '', detail = none, columnsize = 0, tokenize = 'trigram case_sensitive 1')
        """,
        """
        INSERT INTO client_trigram (rowid, search_text)
        SELECT number, replace(search_text, ' ', '  ') FROM client_search WHERE is_book = 1
        """,
        """
        CREATE TRIGGER client_search_inserted AFTER INSERT ON client_search WHEN new.is_book = 1 BEGIN
            INSERT INTO client_trigram (rowid, search_text)
            VALUES (new.number, replace(new.search_text, ' ', '  '));
        END
        """,
        """
        CREATE TRIGGER client_search_deleted AFTER DELETE ON client_search WHEN old.is_book = 1 BEGIN
            INSERT INTO client_trigram (client_trigram, rowid, search_text)
            VALUES ('delete', old.number, replace(old.search_text, ' ', '  '));
        END
        """,
        """
        CREATE TRIGGER client_search_updated AFTER UPDATE OF search_text ON client_search
        WHEN new.is_book = 1 AND new.search_text <> old.search_text BEGIN
            INSERT INTO client_trigram (client_trigram, rowid, search_text)
            VALUES ('delete', old.number, replace(old.search_text, ' ', '  '));
            INSERT INTO client_trigram (rowid, search_text)
            VALUES (new.number, replace(new.search_text, ' ', '  '));
        END
        """,
    ]
}

extension ClientSearchRows {
    /// Writes the rows of a client that is in the table `client` and has none.
    static func insert(_ id: ClientID, readers: Set<AccountID>, in session: any SQLSession) throws {
        try insert(id, among: [BookSize.wholeBook] + readers.sorted(), in: session)
    }

    /// The same for many clients, whose rows of `client_reader` are there: in as few statements as can be, because after each SQLite writes what
    /// the index of trigrams has been given.
    static func insert(all ids: [ClientID], in session: any SQLSession) throws {
        var rest = ids[...]
        var size = 1024
        while !rest.isEmpty {
            while size > rest.count { size /= 2 }
            let list = rest.prefix(size).map { "\($0)" as SQL }.joined(separator: ", ")
            for (reader, source): (SQL, SQL) in [
                ("\(BookSize.wholeBook)", "client WHERE client.id IN (\(list))"),
                (
                    "client_reader.user_id",
                    """
                    client_reader JOIN client ON client.id = client_reader.client_id
                    WHERE client_reader.client_id IN (\(list))
                    """
                ),
            ] {
                try session.run(
                    """
                    INSERT INTO client_search (reader_id, client_id, last_activity_at, search_text, is_book, is_long)
                    SELECT \(reader), client.id, client.last_activity_at, client.search_text,
                        CASE WHEN \(reader) = \(BookSize.wholeBook) THEN 1 ELSE 0 END,
                        CASE WHEN length(client.search_text) > 500 THEN 1 ELSE 0 END
                    FROM \(source)
                    """)
            }
            rest = rest.dropFirst(size)
        }
    }

    /// Brings the rows up to what the table `client` says, and to who reads the client now.
    static func update(
        _ id: ClientID, from before: Set<AccountID>, to after: Set<AccountID>, in session: any SQLSession
    ) throws {
        for reader in before.subtracting(after).sorted() {
            try session.run("DELETE FROM client_search WHERE client_id = \(id) AND reader_id = \(reader)")
        }
        try insert(id, among: after.subtracting(before).sorted(), in: session)
        try refresh(id, in: session)
    }

    /// Brings the rows up to what the table `client` says. What has not changed is not written.
    static func refresh(_ id: ClientID, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE client_search SET last_activity_at = client.last_activity_at, search_text = client.search_text,
                is_long = CASE WHEN length(client.search_text) > 500 THEN 1 ELSE 0 END
            FROM client WHERE client.id = \(id) AND client_search.client_id = \(id)
                AND (client_search.search_text <> client.search_text
                    OR client_search.last_activity_at <> client.last_activity_at)
            """)
    }

    /// Removes the rows of a client that goes into the trash.
    static func remove(_ id: ClientID, in session: any SQLSession) throws {
        try session.run("DELETE FROM client_search WHERE client_id = \(id)")
    }

    private static func insert(_ id: ClientID, among readers: [AccountID], in session: any SQLSession) throws {
        for reader in readers {
            try session.run(
                """
                INSERT INTO client_search (reader_id, client_id, last_activity_at, search_text, is_book, is_long)
                SELECT \(reader), id, last_activity_at, search_text, \(reader == BookSize.wholeBook),
                    CASE WHEN length(search_text) > 500 THEN 1 ELSE 0 END
                FROM client WHERE id = \(id)
                """)
        }
    }
}
