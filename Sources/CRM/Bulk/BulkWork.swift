import Accounts
import Core
import Storage

/// What has to be known of a bulk change to go on with it.
struct BulkTask: Sendable {
    let change: BulkChange
    /// Clients that were found and wait for their turn, in the order of their identities.
    var waiting: [ClientID] = []
}

/// What one batch did.
struct BulkBatch: Sendable {
    var changed = 0
    var unchanged = 0
    var refusals: [BulkRefusal] = []
    /// How many clients have a refusal.
    var refused = 0

    mutating func refuse(_ refusals: [BulkRefusal]) {
        self.refusals += refusals
        refused += 1
    }
}

extension BulkChanges {
    /// How many clients are changed in one transaction: some tens of milliseconds, in which others wait to write.
    static let atOnce = 50
    /// How many clients are found at a time.
    private static let foundAtOnce = 5_000
    /// How long a node may work on one without a sign. Each batch is a sign; a node that was killed gives none.
    static let lease: Duration = .seconds(30)

    /// Goes on with what waits until nothing does, or `shouldStop` says so. A restart goes on where it was: how far a bulk change is stands in
    /// the transaction of each batch.
    package func work(until shouldStop: @Sendable () -> Bool = { false }) async throws {
        while !shouldStop(), var task = try await claim() {
            while !shouldStop() {
                guard let next = try await step(task) else { break }
                task = next
            }
            if shouldStop() { try await release(task.change.id) }
        }
    }

    /// Takes the one that waits longest and on which nobody works.
    func claim() async throws -> BulkTask? {
        let (now, holder) = (book.world.now(), holder)
        return try await book.database.transaction { session in
            try session.rows(
                """
                UPDATE bulk_change SET lease_holder = \(holder), lease_until = \(now + Self.lease),
                    status = CASE WHEN status = 'queued' THEN 'running' ELSE status END
                WHERE id = (
                    SELECT id FROM bulk_change
                    WHERE \(BulkTable.isUnfinished) AND (lease_until IS NULL OR lease_until <= \(now))
                    ORDER BY created_at, id LIMIT 1)
                    AND \(BulkTable.isUnfinished) AND (lease_until IS NULL OR lease_until <= \(now))
                RETURNING \(BulkTable.columns)
                """
            ).first.map { BulkTask(change: try BulkChange($0)) }
        }
    }

    private func release(_ id: BulkChangeID) async throws {
        let holder = holder
        try await book.database.transaction { session in
            try session.run(
                "UPDATE bulk_change SET lease_until = NULL WHERE id = \(id) AND lease_holder = \(holder)")
        }
    }

    /// One batch; `nil` when there is nothing more to do, or the lease is another's.
    func step(_ task: BulkTask) async throws -> BulkTask? {
        var task = task
        if task.change.status == .undoing { return try await undoBatch(of: task.change).map { BulkTask(change: $0) } }
        if task.waiting.isEmpty { task.waiting = try await candidates(of: task.change) }
        let (batch, now) = (Array(task.waiting.prefix(Self.atOnce)), book.world.now())
        let (holder, home, change) = (holder, book.home, task.change)
        let next = try await book.database.transaction { session -> BulkChange? in
            // Held until the batch is committed: whoever cancels waits that long, and two nodes never work on one.
            guard let held = try Self.held(change.id, by: holder, until: now + Self.lease, in: session) else {
                return nil
            }
            guard let role = try Self.role(of: change.starter, in: session) else {
                try Self.end(change.id, .cancelled, because: .starterLeft, at: now, in: session)
                return nil
            }
            if let filter = change.filter, !filter.customKeys.isEmpty,
                try !filter.narrowed(to: CustomFieldTable.all(in: session)).gone.isEmpty
            {
                try Self.end(change.id, .cancelled, because: .conditionGone, at: now, in: session)
                return nil
            }
            guard let last = batch.last else {
                try Self.end(change.id, .completed, because: nil, at: now, in: session)
                return nil
            }
            let scope = change.starter.scope(role)
            let done = try BulkStep(change: change, scope: scope, home: home, now: now).perform(batch, in: session)
            try BulkTable.insert(done.refusals, of: change.id, ofUndo: false, in: session)
            return try session.row(
                """
                UPDATE bulk_change SET position = \(last), changed = changed + \(done.changed),
                    unchanged = unchanged + \(done.unchanged), refused = refused + \(done.refused)
                WHERE id = \(held) RETURNING \(BulkTable.columns)
                """
            ).map(BulkChange.init)
        }
        return next.map { BulkTask(change: $0, waiting: Array(task.waiting.dropFirst(batch.count))) }
    }

    /// The next clients that it is about, found outside of any transaction. Those who came after it was started are none of them.
    private func candidates(of change: BulkChange) async throws -> [ClientID] {
        guard let filter = change.filter else {
            let start: SQL = change.position.map { "AND client_id > \($0)" } ?? ""
            return try await book.database.rows(
                """
                SELECT client_id FROM bulk_selection WHERE bulk_id = \(change.id) \(start)
                ORDER BY client_id \(.limit(Self.foundAtOnce))
                """
            ).map { try $0.get("client_id") }
        }
        let role = try await book.database.read { session in try Self.role(of: change.starter, in: session) }
        guard let role else { return [] }
        let rows = try await book.rows(change.starter.scope(role), filter)
        let found = rows.identities(after: change.position, upTo: Self.foundAtOnce, until: change.createdAt)
        return try await book.database.rows(found).map { try $0.get("id") }
    }

    /// The change, if it is still to be worked on by `holder`, held until the transaction ends.
    static func held(
        _ id: BulkChangeID, by holder: Identifier<BulkChangeEntity>, until end: Timestamp, in session: any SQLSession
    ) throws -> BulkChangeID? {
        try session.row(
            """
            UPDATE bulk_change SET lease_until = \(end)
            WHERE id = \(id) AND lease_holder = \(holder) AND \(BulkTable.isUnfinished) RETURNING id
            """
        ).map { try $0.get("id") }
    }

    /// The role that somebody has now; `nil` for who cannot sign in any more.
    static func role(of actor: BulkActor, in session: any SQLSession) throws -> Role? {
        try session.row("SELECT role FROM account WHERE id = \(actor.userID) AND status = 'active'")
            .flatMap { Role(rawValue: try $0.get("role")) }
    }

    static func end(
        _ id: BulkChangeID, _ status: BulkChange.Status, because ending: BulkChange.Ending?, at now: Timestamp,
        in session: any SQLSession
    ) throws {
        try session.run(
            """
            UPDATE bulk_change SET status = \(status.rawValue), ending = \(ending?.rawValue), ended_at = \(now),
                lease_until = NULL, total = CASE WHEN \(status == .completed) = 1 THEN changed + unchanged + refused ELSE total END
            WHERE id = \(id)
            """)
        try session.run("DELETE FROM bulk_selection WHERE bulk_id = \(id)")
        try Happening(.clientsChanged, id, at: now, others: ["way": ChangeOrigin.Way.bulk.rawValue])
            .tell(in: session)
    }
}
