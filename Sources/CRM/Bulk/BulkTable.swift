import Accounts
import Core
import Storage

/// Bulk changes, their selections, and the clients that they have left as they were.
enum BulkTable {
    static let migration = Migration(
        132, "bulk changes of clients",
        [
            """
            CREATE TABLE bulk_change (
                id \(.identifier) PRIMARY KEY,
                user_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                session_id \(.identifier),
                key_id \(.identifier),
                action TEXT NOT NULL,
                filter TEXT,
                status TEXT NOT NULL,
                ending TEXT,
                total BIGINT NOT NULL,
                changed BIGINT NOT NULL DEFAULT 0,
                unchanged BIGINT NOT NULL DEFAULT 0,
                refused BIGINT NOT NULL DEFAULT 0,
                restored BIGINT NOT NULL DEFAULT 0,
                kept BIGINT NOT NULL DEFAULT 0,
                position \(.identifier),
                created_at BIGINT NOT NULL,
                ended_at BIGINT,
                undoer_id \(.identifier),
                undoer_session_id \(.identifier),
                undoer_key_id \(.identifier),
                undone_at BIGINT,
                lease_holder \(.identifier),
                lease_until BIGINT
            )
            """,
            """
            CREATE TABLE bulk_selection (
                bulk_id \(.identifier) NOT NULL REFERENCES bulk_change (id) ON DELETE CASCADE,
                client_id \(.identifier) NOT NULL,
                PRIMARY KEY (bulk_id, client_id)
            )
            """,
            """
            CREATE TABLE bulk_refusal (
                bulk_id \(.identifier) NOT NULL REFERENCES bulk_change (id) ON DELETE CASCADE,
                is_of_undo BIGINT NOT NULL,
                client_id \(.identifier) NOT NULL,
                field TEXT NOT NULL,
                reason TEXT NOT NULL,
                PRIMARY KEY (bulk_id, is_of_undo, client_id, field)
            )
            """,
            """
            CREATE INDEX bulk_change_unfinished ON bulk_change (created_at, id)
            WHERE status IN ('queued', 'running', 'undoing')
            """,
            "CREATE INDEX bulk_change_by_creation ON bulk_change (created_at)",
            "CREATE INDEX bulk_change_by_user ON bulk_change (user_id)",
        ])

    static let columns: SQL = """
        id, user_id, session_id, key_id, action, filter, status, ending, total, changed, unchanged, refused, restored, kept, position,
        created_at, ended_at, undoer_id, undoer_session_id, undoer_key_id, undone_at
        """
    /// Holds for those that have something to do, in the words of the index.
    static let isUnfinished: SQL = "status IN ('queued', 'running', 'undoing')"

    /// Which ones `scope` sees: their own; owner and admin all.
    static func isSeen(by scope: Scope) -> SQL {
        scope.role.seesEverything ? "1 = 1" : "user_id = \(scope.userID)"
    }

    static func change(_ id: BulkChangeID, for scope: Scope, in session: any SQLSession) throws -> BulkChange? {
        try session.row("SELECT \(columns) FROM bulk_change WHERE id = \(id) AND \(isSeen(by: scope))")
            .map(BulkChange.init)
    }

    /// The first of the refusals of one kind.
    static func refusals(_ id: BulkChangeID, ofUndo: Bool, in session: any SQLSession) throws -> [BulkRefusal] {
        try session.rows(
            """
            SELECT client_id, field, reason FROM bulk_refusal WHERE bulk_id = \(id) AND is_of_undo = \(ofUndo)
            ORDER BY client_id, field LIMIT \(BulkReport.mostTold)
            """
        ).map { BulkRefusal(try $0.get("client_id"), try $0.get("field"), code: try $0.get("reason")) }
    }

    static func insert(
        _ id: BulkChangeID, _ actor: BulkActor, _ action: BulkAction, filter: ClientFilter?, total: Int,
        at now: Timestamp,
        in session: any SQLSession
    ) throws {
        let (sessionID, keyID) = actor.columns
        try session.run(
            """
            INSERT INTO bulk_change (id, user_id, session_id, key_id, action, filter, status, total, created_at)
            VALUES (\(id), \(actor.userID), \(sessionID), \(keyID), \(StoredObject(action)), \(filter?.json), 'queued',
                \(total), \(now))
            """)
    }

    static func select(_ ids: [ClientID], for id: BulkChangeID, in session: any SQLSession) throws {
        for start in stride(from: 0, to: ids.count, by: 1000) {
            let values = ids[start..<min(start + 1000, ids.count)].map { "(\(id), \($0))" as SQL }
            try session.run(
                "INSERT INTO bulk_selection (bulk_id, client_id) VALUES \(values.joined(separator: ", "))")
        }
    }

    static func insert(
        _ refusals: [BulkRefusal], of id: BulkChangeID, ofUndo: Bool, in session: any SQLSession
    ) throws {
        guard !refusals.isEmpty else { return }
        let values = refusals.map { "(\(id), \(ofUndo), \($0.client), \($0.field), \($0.reason))" as SQL }
        try session.run(
            """
            INSERT INTO bulk_refusal (bulk_id, is_of_undo, client_id, field, reason)
            VALUES \(values.joined(separator: ", ")) ON CONFLICT (bulk_id, is_of_undo, client_id, field) DO NOTHING
            """)
    }
}

extension BulkActor {
    /// What stands in the columns for the session and the key.
    var columns: (session: SessionID?, key: APIKeyID?) {
        switch means {
        case .session(let id): return (id, nil)
        case .key(let id): return (nil, id)
        }
    }
}

extension BulkChange {
    init(_ row: Row) throws {
        id = try row.get("id")
        starter = BulkActor(
            userID: try row.get("user_id"), session: try row.optional("session_id"), key: try row.optional("key_id"))
        undoer = try row.optional("undoer_id", as: AccountID.self).map {
            BulkActor(
                userID: $0, session: try row.optional("undoer_session_id"), key: try row.optional("undoer_key_id"))
        }
        action = try StoredObject<BulkAction>(stored: try row.get("action")).value()
        filter = try row.optional("filter", as: String.self).map { try StoredObject<ClientFilter>(stored: $0).value() }
        guard let status = Status(rawValue: try row.get("status")) else {
            throw StorageError.unexpectedColumn("status")
        }
        self.status = status
        ending = try row.optional("ending", as: String.self).flatMap { Ending(rawValue: $0) }
        total = try row.get("total")
        changed = try row.get("changed")
        unchanged = try row.get("unchanged")
        refused = try row.get("refused")
        restored = try row.get("restored")
        kept = try row.get("kept")
        position = try row.optional("position")
        createdAt = try row.get("created_at")
        endedAt = try row.optional("ended_at")
        undoneAt = try row.optional("undone_at")
    }
}
