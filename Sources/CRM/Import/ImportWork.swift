import Accounts
import ContactFiles
import Core
import FileStorage
import SecurityEvents
import Storage

extension ClientImports {
    /// How long a file may be missed before its import is given up: its node may be on its way back.
    private static let patience: Duration = .hours(24)

    /// Works on the next import that waits here, or whose worker has been silent, until it is done or `shouldStop` says so; then it lies where it
    /// is, and the next worker goes on with it. Returns whether there was one.
    ///
    /// One that fails keeps none of the others from their turn: `report` is told, and it is tried again when its lease is over, or has ended when what is
    /// written down of it cannot be read.
    package func workOnNext(
        until shouldStop: @escaping @Sendable () -> Bool = { false },
        report: @Sendable (ImportID, any Error) -> Void = { _, _ in }
    ) async throws -> Bool {
        let waiting = try await database.rows(
            """
            SELECT id, undo_by, created_at FROM client_import
            WHERE status IN ('queued', 'running') AND (lease_until IS NULL OR lease_until <= \(world.now()))
            ORDER BY created_at, id
            """)
        for row in waiting {
            let id: ImportID = try row.get("id")
            let isUndo = try row.optional("undo_by", as: AccountID.self) != nil
            do {
                guard isUndo || files.has(id) else {
                    let createdAt: Timestamp = try row.get("created_at")
                    if createdAt + Self.patience <= world.now() { try await end(id, .failed, because: .fileMissing) }
                    continue
                }
                if try await work(on: id, until: shouldStop) { return true }
            } catch {
                report(id, error)
                if Self.isLasting(error) { try await giveUp(id) }
            }
        }
        return false
    }

    private func work(on id: ImportID, until shouldStop: @escaping @Sendable () -> Bool) async throws -> Bool {
        let lease = lease
        guard let work = try await database.transaction({ try lease.take(id, in: $0) }) else { return false }
        if work.undo == nil {
            try await carryOut(work, until: shouldStop)
        } else {
            try await takeBack(work, until: shouldStop)
        }
        return true
    }

    /// Whether it would be the same however often it is tried.
    private static func isLasting(_ error: any Error) -> Bool {
        if case StorageError.unexpectedColumn = error { return true }
        return error is DecodingError
    }

    /// Ends an import of which cannot be read what is written down, so it is not read here.
    private func giveUp(_ id: ImportID) async throws {
        let (now, recorder, worker) = (world.now(), recorder, lease.worker)
        let (status, reason) = (ClientImport.Status.failed.rawValue, ClientImport.Reason.internalError.rawValue)
        let event = event(
            .dataImportEnded, id, user: nil, from: .server, ["status": status, "reason": reason])
        let isEnded = try await database.transaction { session in
            let row = try session.row(
                """
                UPDATE client_import SET status = \(status), reason = \(reason), finished_at = COALESCE(finished_at, \(now)),
                    lease_by = NULL, lease_until = NULL
                WHERE id = \(id) AND status IN ('queued', 'running')
                    AND (lease_by = \(worker) OR lease_until IS NULL OR lease_until <= \(now))
                RETURNING user_id
                """)
            guard let row else { return false }
            var event = event
            event.userID = try row.get("user_id")
            try recorder.record(event, in: session)
            return true
        }
        if isEnded { files.remove(id) }
    }

    private func carryOut(_ taken: ClientImport, until shouldStop: @escaping @Sendable () -> Bool) async throws {
        var work = taken
        do {
            if work.options.isDryRun { work = try await begunAnew(work) }
            if work.plan == nil || work.total == nil {
                guard let prepared = try await prepare(work, until: shouldStop) else { return }
                work = prepared
            }
            guard var run = try await ImportRun(self, work, until: shouldStop) else { return }
            try await run.toEnd(until: shouldStop)
        } catch let failure as FileFailure {
            try await end(work.id, .failed, because: .fileUnreadable, failure.description)
        }
    }

    /// A dry run remembers nothing of the rows that it has seen, so it begins anew after a restart.
    private func begunAnew(_ work: ClientImport) async throws -> ClientImport {
        guard work.counts.position > 0 else { return work }
        let lease = lease
        try await database.transaction { session in
            try session.run("DELETE FROM client_import_row WHERE import_id = \(work.id)")
            try lease.save(work.id, ImportCounts(), in: session)
        }
        var work = work
        work.counts = ImportCounts()
        return work
    }

    /// Lets go of an import, so that the next worker need not wait.
    func release(_ id: ImportID) async throws {
        let lease = lease
        try await database.transaction { try lease.release(id, in: $0) }
    }

    /// Whether to go on with an import, of which nothing is written for a while; the lease is renewed then, and let go otherwise.
    func goesOn(_ id: ImportID, until shouldStop: @Sendable () -> Bool) async throws -> Bool {
        if shouldStop() {
            try await release(id)
            return false
        }
        let lease = lease
        return try await database.transaction { try lease.renew(id, in: $0) }
    }

    /// Ends an import that is under way, with the reason in the log; nothing happens when somebody else has ended it.
    func end(
        _ id: ImportID, _ status: ClientImport.Status, because reason: ClientImport.Reason? = nil,
        _ words: String? = nil
    ) async throws {
        let (now, recorder) = (world.now(), recorder)
        let event = event(.dataImportEnded, id, user: nil, from: .server)
        let isEnded = try await database.transaction { session in
            try Self.end(id, status, because: reason, words, at: now, event, recorder, in: session)
        }
        if isEnded { files.remove(id) }
    }

    /// The same within a transaction.
    static func end(
        _ id: ImportID, _ status: ClientImport.Status, because reason: ClientImport.Reason?, _ words: String? = nil,
        at now: Timestamp, _ event: Event, _ recorder: EventRecorder, in session: any SQLSession
    ) throws -> Bool {
        let row = try session.row(
            """
            UPDATE client_import SET status = \(status.rawValue), reason = \(words.map { "\(reason?.rawValue ?? ""): \($0)" } ?? reason?.rawValue),
                finished_at = \(now), lease_by = NULL, lease_until = NULL
            WHERE id = \(id) AND status IN ('queued', 'running') AND undo_by IS NULL
            RETURNING \(ClientImport.columns)
            """)
        guard let row else { return false }
        let work = try ClientImport(row)
        var event = event
        event.userID = work.userID
        event.detail.merge(
            [
                "status": status.rawValue, "reason": reason?.rawValue ?? "", "rows": String(work.counts.position),
                "imported": String(work.counts.imported), "dryRun": String(work.options.isDryRun),
            ]
        ) { _, new in new }
        if reason == nil { event.detail["reason"] = nil }
        if !work.options.isDryRun { try Happening(.clientsImported, id, at: now).tell(in: session) }
        try recorder.record(event, in: session)
        return true
    }
}
