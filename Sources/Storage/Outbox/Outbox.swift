package import Core

/// Messages to the outside world: written in the transaction of the change they tell of, delivered after it, and tried again until
/// they are.
///
/// There is no message without its change and no change without its message, whatever crashes in between. A sender *leases* an item
/// before it speaks to anybody: while the lease lasts no other node touches it, and one whose sender died is tried again
/// when the lease is over. So delivery is at least once, and once while nothing crashes in mid-delivery.
package struct Outbox: Sendable {
    /// Longer than a sender can take for one item.
    package static let lease: Duration = .minutes(5)
    /// After this long without success an item is dead.
    package static let patience: Duration = .days(3)
    /// How long settled items are kept to be looked at.
    private static let memory: Duration = .days(14)

    let database: any Database
    let world: World

    package init(database: any Database, world: World) {
        self.database = database
        self.world = world
    }

    /// Writes an item in the transaction behind `sql`; nothing when there is one of the same `cause` already.
    package static func put(
        _ payload: [UInt8], id: OutboxID, kind: String, cause: String, subject: String, at now: Timestamp,
        in sql: any SQLSession
    ) throws {
        try sql.run(
            """
            INSERT INTO outbox (id, kind, cause, subject, payload, state, created_at, due_at, attempts)
            VALUES (\(id), \(kind), \(cause), \(subject), \(payload), 'waiting', \(now), \(now), 0)
            ON CONFLICT (cause) DO NOTHING
            """)
    }

    /// The same as a statement, for a batch: it writes nothing unless there is a row in `source`, a table with its condition.
    package static func putting(
        _ payload: [UInt8], id: OutboxID, kind: String, cause: String, subject: String, at now: Timestamp,
        where source: SQL
    ) -> SQL {
        """
        INSERT INTO outbox (id, kind, cause, subject, payload, state, created_at, due_at, attempts)
        SELECT \(id), \(kind), \(cause), \(subject), \(payload), 'waiting', \(now), \(now), 0 FROM \(source)
        ON CONFLICT (cause) DO NOTHING
        """
    }

    /// Takes up to `limit` items of `kind` that are due, the oldest first; nobody else gets them before the lease is over.
    package func take(_ limit: Int, of kind: String) async throws -> [OutboxItem] {
        let now = world.now()
        let isFree: SQL = """
            state = 'waiting' AND kind = \(kind) AND due_at <= \(now) AND (leased_until IS NULL OR leased_until <= \(now))
            """
        let due = try await database.rows("SELECT id FROM outbox WHERE \(isFree) ORDER BY due_at LIMIT \(limit)")
        guard !due.isEmpty else { return [] }
        let ids = try due.map { "\(try $0.get("id", as: OutboxID.self))" as SQL }.joined(separator: ", ")
        // Asked again by the statement that takes them: of two nodes that saw the same item only one gets it.
        return try await database.transaction { sql in
            try sql.rows(
                """
                UPDATE outbox SET leased_until = \(now + Self.lease), attempts = attempts + 1
                WHERE id IN (\(ids)) AND \(isFree) RETURNING \(OutboxItem.columns)
                """
            ).map(OutboxItem.init)
        }.sorted { $0.id < $1.id }
    }

    /// The item is delivered: what it held is forgotten, because it may hold a link that still counts.
    package func settle(_ item: OutboxItem) async throws {
        let now = world.now()
        _ = try await database.transaction { sql in
            try sql.changes(
                """
                UPDATE outbox SET state = 'sent', payload = NULL, settled_at = \(now), leased_until = NULL, last_error = NULL
                WHERE id = \(item.id)
                """)
        }
    }

    /// The item could not be delivered. It is tried again after a pause that doubles, or given up when it `isHopeless` or too old.
    /// `onGivingUp` then runs in the same transaction.
    package func fail(
        _ item: OutboxItem, because reason: String, isHopeless: Bool,
        onGivingUp: @escaping @Sendable (any SQLSession) throws -> Void = { _ in }
    ) async throws {
        let now = world.now()
        let isDead = isHopeless || now - item.createdAt > Self.patience
        let next = now + Self.pause(after: item.attempts, chance: world.randomBytes(1).first ?? 0)
        let settledAt = isDead ? now : nil
        _ = try await database.transaction { sql in
            try sql.run(
                """
                UPDATE outbox SET state = \((isDead ? OutboxItem.State.dead : .waiting).rawValue), due_at = \(next),
                    settled_at = \(settledAt), leased_until = NULL, last_error = \(String(reason.prefix(500)))
                WHERE id = \(item.id)
                """)
            if isDead { try onGivingUp(sql) }
        }
    }

    /// 15 seconds, 30, a minute … at most an hour; and up to a quarter more, so that many that failed together do not
    /// come back together.
    package static func pause(after attempts: Int, chance: UInt8) -> Duration {
        let seconds = min(3600, 15 << min(max(attempts, 1) - 1, 10))
        return .milliseconds(seconds * 1000 + seconds * Int(chance) * 1000 / 1020)
    }

    /// The newest items, for the operator.
    package func list(_ state: OutboxItem.State?, limit: Int) async throws -> [OutboxItem] {
        let condition: SQL = state.map { "state = \($0.rawValue)" } ?? "id IS NOT NULL"
        return try await database.rows(
            "SELECT \(OutboxItem.columns) FROM outbox WHERE \(condition) ORDER BY id DESC LIMIT \(limit)"
        ).map(OutboxItem.init)
    }

    /// Has the dead items, or the one of that identity, tried again at once; how many those are.
    package func retry(_ id: OutboxID?) async throws -> Int {
        let now = world.now()
        let which: SQL = id.map { "id = \($0)" } ?? "state = 'dead'"
        return try await database.transaction { sql in
            try sql.changes(
                """
                UPDATE outbox SET state = 'waiting', due_at = \(now), created_at = \(now), leased_until = NULL, settled_at = NULL
                WHERE \(which) AND state <> 'sent' AND payload IS NOT NULL
                """)
        }
    }

    /// Forgets what was settled long ago.
    package func prune() async throws {
        let horizon = world.now() - Self.memory
        _ = try await database.transaction { sql in
            try sql.changes("DELETE FROM outbox WHERE state <> 'waiting' AND settled_at < \(horizon)")
        }
    }
}
