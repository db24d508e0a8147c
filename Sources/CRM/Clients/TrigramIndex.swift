package import Storage

/// The index of PostgreSQL in which an owner's search finds any fragment. It needs the extension `pg_trgm`, which the owner of a database may
/// create and others may not; without it a search reads all texts. SQLite brings its index with the schema.
package enum TrigramIndex {
    /// What a search has.
    package enum State: Sendable, Hashable {
        /// The index is there.
        case ready
        /// It is not, for that reason.
        case missing(String)

        /// What an operator should know; `nil` when all is well.
        package var advice: String? {
            switch self {
            case .ready: return nil
            case .missing(let reason): return "Search: reads all clients for each search of an owner; \(reason)."
            }
        }
    }

    private static let name = "client_search_by_trigram"

    /// Makes the index if there is none and the extension can be had. Called at each start: an extension that an operator has created since
    /// is taken into use. Others who write clients wait while it is made.
    package static func prepare(_ database: any Database) async throws -> State {
        guard try await state(of: database) != .ready else { return .ready }
        do {
            try await createExtension(database)
        } catch let error as StorageError {
            if case .unavailable = error { throw error }
            // The reason is found again in the state.
        }
        guard let schema = try await schemaOfExtension(database) else { return try await state(of: database) }
        try await database.transaction { session in
            try lock(session)
            try session.run("SET LOCAL statement_timeout = 0")
            try session.run("SELECT set_config('search_path', quote_ident(current_schema()) || ',' || \(schema), true)")
            try session.run(
                """
                CREATE INDEX IF NOT EXISTS client_search_by_trigram ON client_search USING gin (search_text gin_trgm_ops)
                WITH (gin_pending_list_limit = 1024) WHERE is_book = 1
                """)
        }
        return .ready
    }

    /// Whether the index is there; writes nothing.
    package static func state(of database: any Database) async throws -> State {
        guard database.dialect == .postgres else { return .ready }
        let rows = try await database.rows(
            """
            SELECT (to_regclass(\(name)) IS NOT NULL)::int::bigint AS is_ready,
                EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')::int::bigint AS is_available
            """)
        guard let row = rows.first else { return .missing("PostgreSQL did not say") }
        if try row.get("is_ready") { return .ready }
        let isAvailable: Bool = try row.get("is_available")
        return .missing(
            isAvailable
                ? "the extension pg_trgm is not in this database, and this user may not create it: have its owner run "
                    + "CREATE EXTENSION pg_trgm, then start again"
                : "the extension pg_trgm is not installed on the server of the database (package postgresql-contrib)")
    }

    /// In a transaction of its own, whose failure takes nothing with it.
    private static func createExtension(_ database: any Database) async throws {
        try await database.transaction { session in
            try lock(session)
            guard try session.row("SELECT 1 AS found FROM pg_extension WHERE extname = 'pg_trgm'") == nil else {
                return
            }
            // Where other installations in the same database find it, and where no removal of one takes it away.
            let isPublic = try session.row("SELECT 1 AS found FROM pg_namespace WHERE nspname = 'public'") != nil
            try session.run("CREATE EXTENSION IF NOT EXISTS pg_trgm \(isPublic ? "WITH SCHEMA public" : "" as SQL)")
        }
    }

    private static func schemaOfExtension(_ database: any Database) async throws -> String? {
        try await database.rows(
            """
            SELECT quote_ident(nspname) AS name FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
            WHERE extname = 'pg_trgm'
            """
        ).first?.get("name")
    }

    /// One node after the other. The number is arbitrary, and the same in every release.
    private static func lock(_ session: any SQLSession) throws {
        _ = try session.rows("SELECT pg_advisory_xact_lock(716429442)")
    }
}

extension ClientBook {
    /// Makes what a search needs beyond the schema, see ``TrigramIndex``.
    package func prepareSearch() async throws -> TrigramIndex.State { try await TrigramIndex.prepare(database) }
}
