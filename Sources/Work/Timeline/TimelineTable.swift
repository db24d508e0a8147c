import CRM
package import Core
package import Storage

/// What happened with clients: the rows of all timelines. Stage changes and imports are not here, but in the history of the client, and are read
/// together with these.
package enum TimelineTable {
    static let migration = Migration(
        170, "timelines of clients",
        [
            """
            CREATE TABLE timeline_entry (
                id \(.identifier) PRIMARY KEY,
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                first_client_id \(.identifier) NOT NULL,
                kind TEXT NOT NULL,
                at BIGINT NOT NULL,
                author_id \(.identifier),
                direction TEXT,
                subject_id \(.identifier),
                body TEXT NOT NULL,
                detail TEXT NOT NULL,
                is_pinned BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                deleted_at BIGINT,
                version BIGINT NOT NULL
            )
            """,
            "CREATE INDEX timeline_entry_by_client ON timeline_entry (client_id, at, id) WHERE deleted_at IS NULL",
            """
            CREATE INDEX timeline_entry_pinned ON timeline_entry (client_id, at, id)
                WHERE deleted_at IS NULL AND is_pinned = 1
            """,
            "CREATE INDEX timeline_entry_by_subject ON timeline_entry (subject_id) WHERE subject_id IS NOT NULL",
            """
            CREATE TABLE timeline_revision (
                entry_id \(.identifier) NOT NULL REFERENCES timeline_entry (id) ON DELETE CASCADE,
                version BIGINT NOT NULL,
                body TEXT NOT NULL,
                detail TEXT NOT NULL,
                at BIGINT NOT NULL,
                user_id \(.identifier),
                PRIMARY KEY (entry_id, version)
            )
            """,
        ])

    static let columns: SQL = """
        timeline_entry.id, timeline_entry.client_id, timeline_entry.kind, timeline_entry.at, timeline_entry.author_id,
            timeline_entry.direction, timeline_entry.subject_id, timeline_entry.body, timeline_entry.detail,
            timeline_entry.is_pinned, timeline_entry.created_at, timeline_entry.updated_at, timeline_entry.version
        """

    /// Writes an entry, and with it that somebody dealt with the client. Whoever calls has seen that the client is within reach, and holds it or
    /// has it named by its own statement.
    package static func insert(_ entry: TimelineEntry, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO timeline_entry (id, client_id, first_client_id, kind, at, author_id, direction, subject_id, body,
                detail, is_pinned, created_at, updated_at, version)
            VALUES (\(entry.id), \(entry.clientID), \(entry.clientID), \(entry.kind.rawValue), \(entry.at),
                \(entry.authorID), \(entry.direction?.rawValue), \(entry.subjectID), \(entry.body), \(entry.detail),
                \(entry.isPinned), \(entry.createdAt), \(entry.updatedAt), \(entry.version))
            """)
        try ClientActivity.note(entry.clientID, at: min(entry.at, entry.createdAt), in: session)
        try ClientContact.note(entry, in: session)
    }

    /// The entry that is held until the transaction ends; `nil` when there is none, or it was removed.
    static func held(_ id: TimelineEntryID, in session: any SQLSession) throws -> TimelineEntry? {
        try session.row(
            "SELECT \(columns) FROM timeline_entry WHERE id = \(id) AND deleted_at IS NULL \(.forUpdate)"
        ).map { try TimelineEntry($0) }
    }

    /// Writes what an edit made of an entry, and keeps what it was.
    static func update(
        _ entry: TimelineEntry, from before: TimelineEntry, by author: AccountID, in session: any SQLSession
    ) throws {
        if entry.body != before.body || entry.detail != before.detail {
            try session.run(
                """
                INSERT INTO timeline_revision (entry_id, version, body, detail, at, user_id)
                VALUES (\(entry.id), \(before.version), \(before.body), \(before.detail), \(entry.updatedAt), \(author))
                """)
        }
        try session.run(
            """
            UPDATE timeline_entry SET at = \(entry.at), body = \(entry.body), detail = \(entry.detail),
                direction = \(entry.direction?.rawValue), is_pinned = \(entry.isPinned),
                updated_at = \(entry.updatedAt), version = \(entry.version)
            WHERE id = \(entry.id)
            """)
    }

    /// Takes an entry off the timeline. Its row stays with the client's.
    static func remove(_ id: TimelineEntryID, at now: Timestamp, in session: any SQLSession) throws {
        try session.run("UPDATE timeline_entry SET deleted_at = \(now), is_pinned = 0 WHERE id = \(id)")
    }

    /// The entry that was removed after `moment`, held until the transaction ends.
    static func removed(
        _ id: TimelineEntryID, after moment: Timestamp, in session: any SQLSession
    ) throws -> TimelineEntry? {
        try session.row(
            "SELECT \(columns) FROM timeline_entry WHERE id = \(id) AND deleted_at > \(moment) \(.forUpdate)"
        ).map { try TimelineEntry($0) }
    }

    /// Brings an entry back that was removed.
    static func restore(_ id: TimelineEntryID, in session: any SQLSession) throws {
        try session.run("UPDATE timeline_entry SET deleted_at = NULL WHERE id = \(id)")
    }

    /// Takes what is told of `subject` off all timelines: it is not there any more.
    package static func remove<Entity>(
        about subject: Identifier<Entity>, at now: Timestamp, in session: any SQLSession
    ) throws {
        let subject = TimelineSubjectID(high: subject.high, low: subject.low)
        try session.run(
            """
            UPDATE timeline_entry SET deleted_at = \(now), is_pinned = 0
            WHERE subject_id = \(subject) AND deleted_at IS NULL
            """)
    }
}

extension TimelineTable {
    /// Brings back what was told of `subject`, which is there again.
    package static func restore<Entity>(about subject: Identifier<Entity>, in session: any SQLSession) throws {
        let subject = TimelineSubjectID(high: subject.high, low: subject.low)
        try session.run("UPDATE timeline_entry SET deleted_at = NULL WHERE subject_id = \(subject)")
    }
}

extension TimelineEntry {
    init(_ row: Row) throws {
        try self.init(row, client: try row.get("client_id"), about: try row.optional("subject_id"))
    }

    /// The entry of a row in which other columns name its client and what it is about.
    init(_ row: Row, client: ClientID, about subject: TimelineSubjectID?) throws {
        id = try row.get("id")
        clientID = client
        subjectID = subject
        kind = Kind(rawValue: try row.get("kind")) ?? .note
        at = try row.get("at")
        authorID = try row.optional("author_id")
        direction = try row.optional("direction", as: String.self).flatMap(Direction.init)
        body = try row.get("body")
        detail = try row.get("detail")
        isPinned = try row.get("is_pinned")
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
    }
}
