package import Accounts
import Core
package import SecurityEvents
package import Sessions
import Storage

/// Changes of many clients at once: counted first, made in the background in short transactions, and taken back for a day.
///
/// Each client is changed by the rules of a single change, on behalf of whoever started it, with the role that they have at that moment.
package struct BulkChanges: Sendable {
    let book: ClientBook
    let recorder: EventRecorder
    /// Which node, or which start of one, holds the lease of what it works on.
    let holder: Identifier<BulkChangeEntity>

    package init(book: ClientBook, recorder: EventRecorder) {
        self.book = book
        self.recorder = recorder
        holder = book.world.identifier()
    }

    /// Of more clients that are deleted or assigned at once the security log is told.
    package static let large = 100
    /// How many of one person wait or run at a time.
    private static let mostUnfinished = 10

    /// How the wish for a bulk change ended.
    package enum Outcome: Sendable, Hashable {
        /// So many clients it would be about; nothing was written.
        case preview(Int)
        case started(BulkReport)
        case invalid([FieldProblem])
        case forbidden
        /// Deleting asks for a proof of the same scope.
        case reauthenticationRequired
    }

    /// Starts what `order` says, or counts the clients that it is about for `isPreview`. To delete takes a `proof`.
    package func start(
        _ scope: Scope, _ order: BulkOrder, isPreview: Bool = false, proof: FreshReauthentication? = nil,
        from source: RequestSource
    ) async throws -> Outcome {
        var check = FieldCheck()
        let read = BulkReading.action(order, &check)
        let ids = BulkReading.ids(order, &check)
        var filter: ClientFilter?
        if let node = order.filter {
            switch try await book.filter(node) {
            case .filter(let found): filter = found.resolved(for: scope.userID, at: book.world.now())
            case .invalid(let problems): problems.forEach { check.refuse($0.field, $0.code, $0.message) }
            }
        }
        guard check.problems.isEmpty, let action = read else { return .invalid(check.problems) }
        switch action {
        case .delete where proof?.scope != scope: return .reauthenticationRequired
        case .delete where scope.role == .lender: return .forbidden
        case .assign where !scope.role.seesEverything: return .forbidden
        case .delete, .assign, .addTags, .removeTags, .stage, .share, .unshare: break
        }
        let total = try await total(scope, filter, ids)
        if isPreview { return .preview(total) }
        let (id, now): (BulkChangeID, Timestamp) = (book.world.identifier(), book.world.now())
        let event = largeChange(scope, action, id, total: ids?.count ?? total, from: source)
        let (recorder, wanted) = (recorder, filter)
        let outcome = try await book.database.transaction { session -> Outcome in
            var check = FieldCheck()
            try BulkReading.check(action, &check, in: session)
            let unfinished = try session.row(
                """
                SELECT COUNT(*) AS n FROM bulk_change
                WHERE \(BulkTable.isUnfinished) AND user_id = \(scope.userID)
                """)
            if try unfinished?.get("n") ?? 0 >= Self.mostUnfinished {
                check.refuse("action", .tooMany, "Wait until your other bulk changes are done.")
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try BulkTable.insert(
                id, BulkActor(scope), action, filter: wanted, total: ids?.count ?? total, at: now, in: session)
            if let ids { try BulkTable.select(ids, for: id, in: session) }
            if let event { try recorder.record(event, in: session) }
            guard let change = try BulkTable.change(id, for: scope, in: session) else { return .invalid([]) }
            return .started(BulkReport(change: change, refusals: [], unrestored: []))
        }
        book.backgroundWork.notify()
        return outcome
    }

    private func largeChange(
        _ scope: Scope, _ action: BulkAction, _ id: BulkChangeID, total: Int, from source: RequestSource
    ) -> Event? {
        switch action {
        case .delete, .assign:
            guard total > Self.large else { return nil }
            var event = Event(
                .bulkChangeLarge, in: book.world, user: scope.userID, session: scope.sessionID, from: source,
                detail: ["action": action.name.rawValue, "clients": String(total), "bulkChange": id.description])
            event.detail["key"] = scope.keyID?.description
            return event
        case .addTags, .removeTags, .stage, .share, .unshare: return nil
        }
    }

    private func total(_ scope: Scope, _ filter: ClientFilter?, _ ids: [ClientID]?) async throws -> Int {
        if let ids {
            var count = 0
            for start in stride(from: 0, to: ids.count, by: 1000) {
                let some = ids[start..<min(start + 1000, ids.count)].map { "\($0)" as SQL }.joined(separator: ", ")
                count +=
                    try await book.database.rows(
                        "SELECT COUNT(*) AS n FROM client WHERE client.id IN (\(some)) AND \(ClientVisibility(scope).ofOne)"
                    ).first?.get("n") ?? 0
            }
            return count
        }
        let rows = try await book.rows(scope, filter)
        return try await book.database.rows(rows.wholeTotal).first?.get("total") ?? 0
    }

    /// The bulk change, how far it is, and the first of what it has left as it was; `nil` when there is none that `scope` sees.
    package func report(_ scope: Scope, _ id: BulkChangeID) async throws -> BulkReport? {
        try await book.database.read { session in
            guard let change = try BulkTable.change(id, for: scope, in: session) else { return nil }
            return BulkReport(
                change: change, refusals: try BulkTable.refusals(id, ofUndo: false, in: session),
                unrestored: try BulkTable.refusals(id, ofUndo: true, in: session))
        }
    }

    /// Ends what has not ended; what it has changed by then can be taken back. `nil` when there is none that `scope` sees.
    package func cancel(_ scope: Scope, _ id: BulkChangeID) async throws -> BulkReport? {
        let now = book.world.now()
        try await book.database.transaction { session in
            let ended = try session.changes(
                """
                UPDATE bulk_change SET status = 'cancelled', ending = \(BulkChange.Ending.cancelled.rawValue), ended_at = \(now),
                    lease_until = NULL
                WHERE id = \(id) AND \(BulkTable.isSeen(by: scope)) AND status IN ('queued', 'running')
                """)
            guard ended > 0 else { return }
            try Happening(.clientsChanged, id, at: now, others: ["way": ChangeOrigin.Way.bulk.rawValue])
                .tell(in: session)
        }
        return try await report(scope, id)
    }

    /// How the wish to take one back ended.
    package enum UndoOutcome: Sendable, Hashable {
        case started(BulkReport)
        case notFound
        /// It has not ended, was taken back, or ended more than a day ago.
        case notUndoable
    }

    /// Takes back what it has changed, in the background, on behalf of `scope`.
    package func undo(_ scope: Scope, _ id: BulkChangeID) async throws -> UndoOutcome {
        let (actor, start) = (BulkActor(scope), book.world.now() - BulkChange.undoable)
        let (sessionID, keyID) = actor.columns
        let isStarted = try await book.database.transaction { session in
            try session.changes(
                """
                UPDATE bulk_change SET status = 'undoing', position = NULL, lease_until = NULL, undoer_id = \(actor.userID),
                    undoer_session_id = \(sessionID), undoer_key_id = \(keyID)
                WHERE id = \(id) AND \(BulkTable.isSeen(by: scope)) AND status IN ('completed', 'cancelled')
                    AND ended_at > \(start)
                """) > 0
        }
        guard let report = try await report(scope, id) else { return .notFound }
        guard isStarted else { return .notUndoable }
        book.backgroundWork.notify()
        return .started(report)
    }

    /// Forgets those that were started more than 30 days ago and have ended.
    package func prune() async throws {
        let start = book.world.now() - BulkChange.kept
        try await book.database.transaction { session in
            try session.run("DELETE FROM bulk_change WHERE created_at < \(start) AND NOT \(BulkTable.isUnfinished)")
        }
    }
}

extension ClientBook {
    /// The rows of those who answer `filter`, along the index that finds them if they are few.
    func rows(_ scope: Scope, _ filter: ClientFilter?) async throws -> ClientListRows {
        var asked = ClientQuery()
        asked.filter = filter
        let query = asked.resolved(for: scope.userID, at: world.now())
        return ClientListRows(scope, query, driver: try await driver(scope, query))
    }
}
