package import Core

/// Brings a database to the schema of this program, once, whoever starts first.
package struct Migrator: Sendable {
    private let migrations: [Migration]

    /// A runner for `migrations`, which are numbered 1, 2, 3 …
    package init(_ migrations: [Migration]) {
        self.migrations = migrations.sorted { $0.number < $1.number }
    }

    /// Runs the steps that `database` lacks, all in one transaction, and returns them.
    ///
    /// Safe when several nodes start at once: the first takes a lock, the others wait and find nothing to do. Throws
    /// ``StorageError/migrationRefused(_:)`` when a step was changed after it ran, or when the database is newer than this program.
    package func migrate(_ database: any Database, now: Timestamp) async throws -> [Migration] {
        let dialect = database.dialect
        let migrations = migrations
        return try await database.transaction { session in
            if dialect == .postgres {
                // Held until the transaction ends. The number is arbitrary, and the same in every release; other schemas of the
                // same database are other installations and do not wait.
                _ = try session.rows("SELECT pg_advisory_xact_lock(716429441, hashtext(current_schema()))")
            }
            try session.run(
                """
                CREATE TABLE IF NOT EXISTS schema_migration (
                    number BIGINT PRIMARY KEY,
                    name TEXT NOT NULL,
                    checksum TEXT NOT NULL,
                    applied_at BIGINT NOT NULL
                )
                """)
            let applied = try Self.applied(session)
            try Self.check(applied, against: migrations, for: dialect)
            let pending = migrations.filter { applied[$0.number] == nil }
            for migration in pending {
                for statement in migration.statements(for: dialect) { try session.run(statement) }
                try session.run(
                    """
                    INSERT INTO schema_migration (number, name, checksum, applied_at)
                    VALUES (\(migration.number), \(migration.name), \(migration.checksum(for: dialect)), \(now))
                    """)
            }
            return pending
        }
    }

    /// The steps that `database` lacks, without running them. Throws like ``migrate(_:now:)``, and ``StorageError`` when the
    /// database cannot be read.
    package func pending(in database: any Database) async throws -> [Migration] {
        let dialect = database.dialect
        let migrations = migrations
        return try await database.read { session in
            let applied = try Self.hasTable(session, dialect) ? Self.applied(session) : [:]
            try Self.check(applied, against: migrations, for: dialect)
            return migrations.filter { applied[$0.number] == nil }
        }
    }

    private static func hasTable(_ session: any SQLSession, _ dialect: SQLDialect) throws -> Bool {
        switch dialect {
        case .sqlite:
            return try session.row("SELECT name FROM sqlite_master WHERE name = 'schema_migration'") != nil
        case .postgres:
            return try session.row("SELECT 1 AS found WHERE to_regclass('schema_migration') IS NOT NULL") != nil
        }
    }

    private static func applied(_ session: any SQLSession) throws -> [Int: String] {
        let rows = try session.rows("SELECT number, checksum FROM schema_migration")
        return try Dictionary(
            rows.map { row in (try row.get("number"), try row.get("checksum")) },
            uniquingKeysWith: { first, _ in first })
    }

    private static func check(
        _ applied: [Int: String], against migrations: [Migration], for dialect: SQLDialect
    ) throws {
        let known = Dictionary(migrations.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        for (number, checksum) in applied.sorted(by: { $0.key < $1.key }) {
            guard let migration = known[number] else {
                throw StorageError.migrationRefused(
                    "The database has schema step \(number), which this program does not know: it was used by a newer "
                        + "release. Start that release, or restore a backup from before the upgrade.")
            }
            guard migration.checksum(for: dialect) == checksum else {
                throw StorageError.migrationRefused(
                    "Schema step \(number) (\(migration.name)) is not the one that built this database. "
                        + "Start the release that built it; released steps are never edited.")
            }
        }
    }
}
