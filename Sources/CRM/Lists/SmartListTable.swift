import Accounts
import Core
import Storage

/// The smart lists of everybody.
enum SmartListTable {
    static let migration = Migration(
        131, "smart lists",
        [
            """
            CREATE TABLE smart_list (
                id \(.identifier) PRIMARY KEY,
                owner_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                is_shared BIGINT NOT NULL,
                filter TEXT NOT NULL,
                columns TEXT NOT NULL,
                sort TEXT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                version BIGINT NOT NULL
            )
            """,
            "CREATE INDEX smart_list_by_owner ON smart_list (owner_id)",
            "CREATE INDEX smart_list_shared ON smart_list (name) WHERE is_shared = 1",
        ])

    private static let columns: SQL =
        "id, owner_id, name, is_shared, filter, columns, sort, created_at, updated_at, version"

    /// Which lists `scope` sees: their own, and those that are shared.
    private static func isSeen(by scope: Scope) -> SQL { "(owner_id = \(scope.userID) OR is_shared = 1)" }

    static func all(for scope: Scope, in session: any SQLSession) throws -> [SmartList] {
        try session.rows("SELECT \(columns) FROM smart_list WHERE \(isSeen(by: scope)) ORDER BY name, id")
            .map(SmartList.init)
    }

    /// The list of that identity, if `scope` sees it; held until the transaction ends if it `isToChange`.
    static func list(
        _ id: SmartListID, for scope: Scope, isToChange: Bool = false, in session: any SQLSession
    ) throws -> SmartList? {
        let held: SQL = isToChange ? "\(.forUpdate)" : ""
        return try session.row("SELECT \(columns) FROM smart_list WHERE id = \(id) AND \(isSeen(by: scope)) \(held)")
            .map(SmartList.init)
    }

    /// Has the lists that `account` shares be `other`'s.
    static func passOn(from account: AccountID, to other: AccountID, in session: any SQLSession) throws {
        try session.run("UPDATE smart_list SET owner_id = \(other) WHERE owner_id = \(account) AND is_shared = 1")
    }

    /// How many lists somebody has, and how many are shared.
    static func counts(of account: AccountID, in session: any SQLSession) throws -> (own: Int, shared: Int) {
        let row = try session.row(
            """
            SELECT (SELECT COUNT(*) FROM smart_list WHERE owner_id = \(account)) AS own,
                (SELECT COUNT(*) FROM smart_list WHERE is_shared = 1) AS shared
            """)
        return (try row?.get("own") ?? 0, try row?.get("shared") ?? 0)
    }

    static func insert(_ list: SmartList, in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO smart_list (\(columns)) VALUES (\(list.id), \(list.ownerID), \(list.name), \(list.isShared),
                \(list.filter.json), \(StoredList(list.columns)), \(list.sort.rawValue), \(list.createdAt),
                \(list.updatedAt), \(list.version))
            """)
    }

    static func update(_ list: SmartList, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE smart_list SET name = \(list.name), is_shared = \(list.isShared), filter = \(list.filter.json),
                columns = \(StoredList(list.columns)), sort = \(list.sort.rawValue), updated_at = \(list.updatedAt),
                version = \(list.version)
            WHERE id = \(list.id)
            """)
    }

    static func remove(_ id: SmartListID, in session: any SQLSession) throws {
        try session.run("DELETE FROM smart_list WHERE id = \(id)")
    }
}

extension SmartList {
    fileprivate init(_ row: Row) throws {
        id = try row.get("id")
        ownerID = try row.get("owner_id")
        name = try row.get("name")
        isShared = try row.get("is_shared")
        filter = try StoredObject<ClientFilter>(stored: try row.get("filter")).value()
        columns = try StoredList<String>(stored: try row.get("columns")).elements()
        sort = ClientSort(rawValue: try row.get("sort")) ?? .newestFirst
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
    }
}
