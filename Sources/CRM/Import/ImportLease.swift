import Core
import Storage

/// The right to work on an import: one worker has it at a time, of all nodes, and keeps it by working. Whoever stops without a word loses it
/// after a while, and another one goes on.
struct ImportLease: Sendable {
    /// Who works: made anew by each process.
    let worker: Identifier<ImportLease>
    let world: World

    /// How long a worker may be silent.
    static let length: Duration = .seconds(15)

    /// Takes an import that waits or whose worker is silent; `nil` when there is nothing to take.
    func take(_ id: ImportID, in session: any SQLSession) throws -> ClientImport? {
        let now = world.now()
        return try session.row(
            """
            UPDATE client_import SET status = 'running', started_at = COALESCE(started_at, \(now)), lease_by = \(worker),
                lease_until = \(now + Self.length)
            WHERE id = \(id) AND status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until <= \(now))
            RETURNING \(ClientImport.columns)
            """
        ).map(ClientImport.init)
    }

    /// Whether this worker still has it where it left it, and nobody has stopped it; held until the transaction ends.
    func hold(_ work: ClientImport, in session: any SQLSession) throws -> Bool {
        try session.row(
            """
            SELECT id FROM client_import WHERE id = \(work.id) AND status = 'running' AND lease_by = \(worker)
                AND position = \(work.counts.position) \(.forUpdate)
            """) != nil
    }

    /// Says that the worker is still there; `false` when it has lost the import.
    func renew(_ id: ImportID, in session: any SQLSession) throws -> Bool {
        try session.changes(
            """
            UPDATE client_import SET lease_until = \(world.now() + Self.length)
            WHERE id = \(id) AND status = 'running' AND lease_by = \(worker)
            """) == 1
    }

    /// Writes how far the import is, together with what brought it there.
    func save(_ id: ImportID, _ counts: ImportCounts, in session: any SQLSession) throws {
        try session.run(
            """
            UPDATE client_import SET position = \(counts.position), imported = \(counts.imported),
                updated = \(counts.updated), skipped = \(counts.skipped), rejected = \(counts.rejected),
                warned = \(counts.warned), noted = \(counts.noted), noted_bytes = \(counts.notedBytes),
                lease_until = \(world.now() + Self.length)
            WHERE id = \(id)
            """)
    }

    /// Lets go of it, so that the next worker need not wait.
    func release(_ id: ImportID, in session: any SQLSession) throws {
        try session.run(
            "UPDATE client_import SET lease_until = NULL WHERE id = \(id) AND lease_by = \(worker) AND status = 'running'"
        )
    }
}
