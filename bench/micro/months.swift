import Core
import Crypto
import Foundation
import SecurityEvents
import Storage
import StoragePostgres

/// Measures on PostgreSQL what it takes to drop a month of `count` events of the security log, to sweep up its seals, and to delete events
/// batch by batch, which the dropping replaces. Prints seconds, and how long others waited meanwhile.
///
/// `TEST_DATABASE_URL` names an empty database; `bench/months` gives one.
func measureDroppedMonth(events count: Int) async throws {
    guard let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"] else {
        throw StorageError.unavailable("TEST_DATABASE_URL names no database")
    }
    let database = try await PostgresDatabase.connect(
        PostgresConfiguration(url: Secret(url), poolMaximum: 4, queryTimeout: .zero), world: .live)
    _ = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: World.live.now())
    _ = try await database.rows("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
    let log = LongLog(database: database)

    report(
        "to write \(count) events and their seals", try await seconds { try await log.fill(1...count, monthsAgo: 7) })
    let size = try await database.rows(
        """
        SELECT pg_total_relation_size(name::REGCLASS) / 1000000 AS megabytes FROM security_event_part ORDER BY past LIMIT 1
        """
    ).first
    print("the month takes\t\(try size?.get("megabytes", as: Int.self) ?? 0) MB")

    let others = Task { try await log.writeUntilCancelled() }
    let dropping = try await seconds {
        let gone = try await log.retention.prune(most: 0)
        guard gone == count else { throw StorageError.failed("\(gone) events went, not \(count)") }
    }
    others.cancel()
    report("to drop the month", dropping)
    for statement in ["%COUNT(s.sequence) AS sealed%", "%security_event_drop_part(%"] {
        let row = try await database.rows(
            "SELECT MAX(max_exec_time) AS taken FROM pg_stat_statements WHERE query LIKE \(statement)"
        ).first
        report(
            "  of which \(statement.filter { $0 != "%" })", (try row?.optional("taken", as: Double.self) ?? 0) / 1000)
    }
    let written = try await others.value
    print("events written meanwhile\t\(written.count)\tthe longest took \(written.longest) s")

    report(
        "to sweep up its seals",
        try await seconds { while try await log.hasLeftovers() { try await log.retention.prune() } })

    let few = max(1000, count / 100)
    try await log.fill(count + 1...count + few, monthsAgo: nil)
    let deleting = try await seconds {
        var gone = 0
        while gone < few { gone += try await log.retention.prune() }
    }
    report("to delete \(few) events batch by batch", deleting)
    await database.close()
}

private func report(_ name: String, _ seconds: Double) { print("\(name)\t\(seconds) s") }

private func seconds(_ work: () async throws -> Void) async throws -> Double {
    let began = ContinuousClock.now
    try await work()
    let taken = ContinuousClock.now - began
    return Double(taken.components.seconds) + Double(taken.components.attoseconds) / 1e18
}

/// A security log whose events are made by the database itself. The codes of its seals are none: pruning does not read them.
private struct LongLog {
    let database: PostgresDatabase
    private let key = AuditKey(id: "bench", key: SymmetricKey(size: .bits256))

    init(database: PostgresDatabase) { self.database = database }

    var retention: LogRetention {
        let key = key
        return AuditTrail(
            database: database, world: .live, keys: AuditKeys(active: { key }, named: { _ in key }),
            recorder: EventRecorder()
        ).retention(life: .days(90))
    }

    /// Writes events with these places, and their seals and checkpoints: over the days of a month, in a part of its own; or of half a year ago,
    /// in the part for the rest, which goes batch by batch.
    func fill(_ places: ClosedRange<Int>, monthsAgo: Int?) async throws {
        let (first, last) = (places.lowerBound, places.upperBound)
        let month: SQL = "date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month' * \(monthsAgo ?? 5)"
        if monthsAgo != nil {
            _ = try await database.rows(
                """
                SELECT security_event_add_part(
                    'security_event_' || to_char(\(month), 'YYYY_MM'), \(Self.lowest(month)),
                    \(Self.lowest("\(month) + interval '1 month'")))
                """)
        }
        // 28 days, in the order of the places.
        let at: SQL =
            "(extract(epoch FROM \(month))::BIGINT * 1000 + 2419200000 * (n - \(first)) / \(last - first + 1))"
        let id: SQL = """
            (lpad(to_hex(\(at)), 12, '0') || '7' || lpad(to_hex(n & 4095), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::UUID
            """
        let numbers: SQL = "generate_series(\(first)::BIGINT, \(last)::BIGINT) AS n"
        let none: SQL = "decode(repeat('00', 32), 'hex')"
        try await database.transaction { sql in
            try sql.run(
                """
                INSERT INTO security_event (id, type, at, user_id, session_id, ip, user_agent, request_id, detail)
                SELECT \(id), (ARRAY['token_refresh', 'login_success', 'login_failed', 'logout'])[1 + n % 13 / 4], \(at),
                    ('00000000-0000-4000-8000-' || lpad(to_hex(n % 2000), 12, '0'))::UUID,
                    ('00000000-0000-4000-9000-' || lpad(to_hex(n % 20000), 12, '0'))::UUID,
                    '203.0.' || n % 250 || '.' || n % 199,
                    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36',
                    \(id)::TEXT, '{}'
                FROM \(numbers)
                """)
            try sql.run("INSERT INTO security_seal (sequence, event_id, mac) SELECT n, \(id), \(none) FROM \(numbers)")
            try sql.run(
                """
                INSERT INTO security_checkpoint
                    (last_sequence, first_sequence, previous_mac, head_mac, root, key_id, sealed_at, mac)
                SELECT LEAST(n + 499, \(last)), n, \(none), \(none), \(none), 'bench', \(at), \(none)
                FROM generate_series(\(first)::BIGINT, \(last)::BIGINT, 500) AS n
                """)
            try sql.run("UPDATE security_log SET sequence = \(last) WHERE id = 1")
        }
        for table in ["security_event", "security_seal", "security_checkpoint"] as [SQL] {
            _ = try await database.rows("VACUUM ANALYZE \(table)")
        }
    }

    private static func lowest(_ moment: SQL) -> SQL {
        "(lpad(to_hex(extract(epoch FROM \(moment))::BIGINT * 1000), 12, '0') || repeat('0', 20))::UUID"
    }

    /// Whether seals are kept of what was dropped.
    func hasLeftovers() async throws -> Bool {
        try await !database.rows(
            "SELECT 1 AS found FROM security_seal WHERE sequence < (SELECT first_sequence FROM security_log) LIMIT 1"
        ).isEmpty
    }

    /// Writes one event after the other, as a sign-in does; how many, and the longest time that one took, in seconds.
    func writeUntilCancelled() async throws -> (count: Int, longest: Double) {
        var (count, longest) = (0, 0.0)
        while !Task.isCancelled {
            let event = Event(
                .loginFailed, in: .live, user: nil, session: nil,
                from: RequestSource(ip: IPAddress("192.0.2.7"), userAgent: "bench", requestID: "bench"), detail: [:])
            let taken = try await seconds {
                try await database.transaction { sql in try EventRecorder().record(event, in: sql) }
            }
            (count, longest) = (count + 1, max(longest, taken))
        }
        return (count, longest)
    }
}
