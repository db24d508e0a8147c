import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `events that wait for their seal` {
    private static func record(_ count: Int, in log: SealedJournal) async throws {
        try await log.database.transaction { sql in
            for _ in 1...count {
                try EventRecorder().record(log.journal.event(.logout, user: Journal.ana), in: sql)
                log.time.advance(by: .milliseconds(1))
            }
        }
    }

    /// What the look of every round says of itself: as text, and on PostgreSQL how many pages it has read.
    private static func look(_ log: SealedJournal) async throws -> (plan: String, pages: Int) {
        let bound = EventID(at: log.time.now - Sealer.patience, random: [])
        let look = UnsealedEvents.first(from: bound)
        switch log.database.dialect {
        case .sqlite:
            let rows = try await log.database.rows("EXPLAIN QUERY PLAN " + look)
            return (try rows.map { try $0.get("detail", as: String.self) }.joined(separator: "\n"), 0)
        case .postgres:
            let lines = try await log.database.rows("EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) " + look)
                .map { try $0.get("QUERY PLAN", as: String.self) }
            // The pages of the whole are told first.
            let buffers = lines.first { $0.contains("Buffers:") } ?? ""
            let pages = buffers.split(separator: " ").compactMap { word in
                word.split(separator: "=").last.flatMap { Int($0) }
            }
            return (lines.joined(separator: "\n"), pages.reduce(0, +))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are looked for by an index, in the same few pages however many were sealed`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await Self.record(100, in: log)
            try await log.seal()
            // The first look behind a sealing sees what is gone, and says so to the next.
            _ = try await Self.look(log)
            let few = try await Self.look(log)
            #expect(few.plan.contains("SEARCH") || few.plan.contains("Index"), "\(few.plan)")
            #expect(!few.plan.contains("security_event ") && !few.plan.contains("security_seal"), "\(few.plan)")
            for _ in 1...4 {
                try await Self.record(2_000, in: log)
                try await log.seal()
                _ = try await Self.look(log)
            }
            let many = try await Self.look(log)
            #expect(many.plan.contains("SEARCH") || many.plan.contains("Index"), "\(many.plan)")
            // An index page holds more than 200 of them.
            #expect(many.pages <= few.pages + 60, "\(many.plan)")
            #expect(try await log.count("security_unsealed") == 0)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are noted with the event, and not when it is undone`(kind: DatabaseKind) async throws {
        struct Undone: Error {}
        try await SealedJournal.open(kind) { (log) async throws -> Void in
            await #expect(throws: Undone.self) {
                try await log.database.transaction { sql in
                    try EventRecorder().record(log.journal.event(.logout), in: sql)
                    throw Undone()
                }
            }
            #expect(try await log.count("security_unsealed") == 0)
            try await log.record(2)
            #expect(try await log.count("security_unsealed") == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `and were sealed by a node of an older release are sealed once`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(5)
            try await log.seal()
            _ = try await log.database.batch([
                "INSERT INTO security_unsealed (event_id) SELECT event_id FROM security_seal"
            ])
            try await log.record(1)
            #expect(try await log.seal() == 1)
            #expect(try await log.count("security_unsealed") == 0)
            #expect(try await log.count("security_seal") == 6)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are those that were there before the list was`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            let before = SecurityEventsSchema.migrations.filter { $0.number < 56 }
            _ = try await Migrator(before).migrate(database, now: time.now)
            let journal = Journal(database: database, time: time)
            try await journal.record([(.logout, Journal.ana), (.loginFailed, nil), (.logout, Journal.ana)])
            _ = try await database.batch([
                """
                INSERT INTO security_seal (sequence, event_id, mac)
                SELECT 1, id, \([UInt8](repeating: 0, count: 32)) FROM security_event ORDER BY id LIMIT 1
                """
            ])
            _ = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: time.now)
            #expect(try await database.rows("SELECT event_id FROM security_unsealed").count == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are sealed in the order of their identities when they are many`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            // More than a statement asks for, and no whole number of its lists.
            try await Self.record(617, in: log)
            #expect(try await log.seal() == 617)
            let places = try await log.database.rows("SELECT event_id FROM security_seal ORDER BY sequence")
                .map { try $0.get("event_id", as: EventID.self) }
            #expect(places == places.sorted())
            #expect(try await log.findings() == [])
        }
    }
}
