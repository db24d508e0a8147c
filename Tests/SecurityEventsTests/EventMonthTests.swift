import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

/// PostgreSQL alone: SQLite has one table. What both do alike is proven by the suites of the log, which run over months as well.
@Suite(.enabled(if: DatabaseKind.hasPostgres)) struct `months of the log` {
    private static let life = Duration.days(90)

    @Test func `are there for this month and three more, once, whoever makes them`() async throws {
        try await withTestDatabase(.postgres) { place in
            let time = TestWorld()
            let nodes = [try await place.open(), try await place.open()]
            _ = try await Migrator(SecurityEventsSchema.migrations).migrate(nodes[0], now: time.now)
            let made = try await withThrowingTaskGroup(of: Int.self) { group in
                for turn in 0..<6 {
                    group.addTask { try await EventMonths(database: nodes[turn % 2], world: time.world).prepare() }
                }
                return try await group.reduce(0, +)
            }
            #expect(made == 4)
            #expect(
                try await nodes[0].partNames() == [
                    "security_event_2026_01", "security_event_2026_02", "security_event_2026_03",
                    "security_event_2026_04", "security_event_rest",
                ])
            for node in nodes { await node.close() }
        }
    }

    @Test func `leave a log from before where it is, and take what comes after its last month`() async throws {
        try await withDatabase(.postgres) { database in
            let time = TestWorld()
            let before = SecurityEventsSchema.migrations.filter { ![54, 55, 56].contains($0.number) }
            _ = try await Migrator(before).migrate(database, now: time.now)
            let old = Event(.logout, in: time.world, from: Journal.source)
            try await database.transaction { sql in try EventRecorder().record(old, in: sql) }
            let keys = SealedJournal.TestKeys()
            let log = SealedJournal(
                journal: Journal(database: database, time: time), keys: keys,
                audit: AuditTrail(database: database, world: time.world, keys: keys.keys, recorder: EventRecorder()))
            let steps = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: time.now)
            #expect(steps.map(\.number) == [54, 55, 56])
            #expect(try await log.months.prepare() == 3)
            #expect(try await log.months.prepare() == 0)
            try await log.record(2)
            try await log.seal()
            #expect(try await log.part(of: old.id) == "security_event_earlier")
            #expect(try await log.part(of: log.event(3)) == "security_event_earlier")
            await #expect(throws: StorageError.constraintViolated("the security log is append-only")) {
                _ = try await database.batch(["TRUNCATE security_event_earlier"])
            }
            await #expect(throws: StorageError.constraintViolated("the security log is append-only")) {
                _ = try await database.batch(["DELETE FROM security_event_earlier"])
            }
            time.advance(by: .days(31))
            try await log.record(1)
            try await log.seal()
            #expect(try await log.part(of: log.event(4)) == "security_event_2026_02")
            #expect(try await log.findings() == [])
            time.advance(by: .days(89) + .hours(13))
            #expect(try await log.audit.retention(life: Self.life).prune() == 3)
            #expect(try await !database.partNames().contains("security_event_earlier"))
            #expect(try await log.findings() == [])
        }
    }

    @Test func `take the events of their time, to the millisecond`() async throws {
        try await SealedJournal.open(.postgres) { log in
            let february = try #require(Timestamp(iso8601: "2026-02-01"))
            log.time.advance(by: february - log.time.now - .milliseconds(1))
            let last = log.journal.event(.logout)
            log.time.advance(by: .milliseconds(1))
            let first = log.journal.event(.logout)
            try await log.database.transaction { sql in
                try EventRecorder().record(last, in: sql)
                try EventRecorder().record(first, in: sql)
            }
            #expect(try await log.part(of: last.id) == "security_event_2026_01")
            #expect(try await log.part(of: first.id) == "security_event_2026_02")
        }
    }

    @Test func `refuse nothing when none is there, and take it over when they come`() async throws {
        try await SealedJournal.open(.postgres) { log in
            log.time.advance(by: .days(200))
            try await log.record(3)
            try await log.seal()
            let event = try await log.event(2)
            #expect(try await log.part(of: event) == "security_event_rest")
            #expect(try await log.months.prepare() == 4)
            #expect(try await log.part(of: event) == "security_event_2026_07")
            #expect(try await log.count("security_event_rest") == 0)
            #expect(try await log.findings() == [])
        }
    }

    @Test(
        arguments: [
            "DELETE FROM security_event_2026_01", "UPDATE security_event_2026_01 SET at = 5",
            "TRUNCATE security_event_2026_01", "TRUNCATE security_event", "TRUNCATE security_event_rest",
            "SELECT security_event_drop_part('security_event_2026_01')",
            "SELECT security_event_drop_part('security_event_rest')", "DELETE FROM security_event_rest",
        ] as [SQL])
    func `are guarded each by itself`(deed: SQL) async throws {
        try await SealedJournal.open(.postgres) { (log) async throws -> Void in
            try await log.record(2)
            try await log.seal()
            log.time.advance(by: .days(200))
            try await log.record(1)
            try await log.seal()
            await #expect(throws: StorageError.constraintViolated("the security log is append-only")) {
                _ = try await log.database.batch([deed])
            }
            #expect(try await log.count("security_event") == 3)
            #expect(try await log.findings() == [])
        }
    }

    @Test(
        arguments: [
            ["DROP TABLE security_event_2026_01"],
            ["ALTER TABLE security_event DETACH PARTITION security_event_2026_01"],
        ] as [[SQL]])
    func `that somebody takes away are found, event by event`(deeds: [SQL]) async throws {
        try await SealedJournal.open(.postgres) { log in
            try await log.record(3)
            try await log.seal()
            log.time.advance(by: .days(31))
            try await log.record(2)
            try await log.seal()
            let gone = [try await log.event(1), try await log.event(2), try await log.event(3)]
            _ = try await log.database.batch(deeds)
            #expect(
                try await log.findings()
                    == gone.enumerated().map { .removed(sequence: Int64($0.offset + 1), event: $0.element) })
            try await log.audit.retention(life: Self.life).prune()
            #expect(try await log.findings().count == 3)
        }
    }

    @Test func `that somebody takes away with their seals are found`() async throws {
        try await SealedJournal.open(.postgres) { log in
            try await log.record(3)
            try await log.seal()
            log.time.advance(by: .days(31))
            try await log.record(2)
            try await log.seal()
            _ = try await log.database.batch(["DROP TABLE security_event_2026_01"])
            try await log.attack(
                "DELETE FROM security_seal WHERE sequence <= 3",
                "DELETE FROM security_checkpoint WHERE last_sequence <= 3",
                "UPDATE security_log SET first_sequence = 4")
            #expect(try await log.findings() == [.beginningCutOff(first: 4)])
        }
    }

    @Test func `whose events are changed while they are detached are found`() async throws {
        try await SealedJournal.open(.postgres) { log in
            try await log.record(3)
            try await log.seal()
            let victim = try await log.event(2)
            _ = try await log.database.batch([
                "ALTER TABLE security_event DETACH PARTITION security_event_2026_01",
                "UPDATE security_event_2026_01 SET ip = '192.0.2.99' WHERE id = \(victim)",
                """
                ALTER TABLE security_event ATTACH PARTITION security_event_2026_01
                    FOR VALUES FROM ('019b76da-a800-0000-0000-000000000000') TO ('019c167f-cc00-0000-0000-000000000000')
                """,
            ])
            #expect(try await log.findings() == [.changed(sequence: 2, event: victim)])
        }
    }
}

extension SealedJournal {
    var months: EventMonths { EventMonths(database: database, world: time.world) }

    /// The part that an event lies in.
    func part(of event: EventID) async throws -> String {
        try #require(
            try await database.rows("SELECT tableoid::REGCLASS::TEXT AS part FROM security_event WHERE id = \(event)")
                .first
        ).get("part")
    }
}

extension Database {
    /// The parts of the log, the one for the rest included, in the order of their names.
    func partNames() async throws -> [String] {
        try await rows(
            """
            SELECT relname::TEXT AS name FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = 'security_event'::REGCLASS ORDER BY 1
            """
        ).map { try $0.get("name") }
    }
}
