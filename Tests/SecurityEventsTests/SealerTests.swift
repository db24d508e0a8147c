import Core
import SecurityEvents
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `sealing events` {
    private struct Mishap: Error {}

    /// Remembers the places that it was shown, in the database.
    private struct Counter: SealFollower {
        var fails = false

        func follow(_ events: [SealedEvent], in session: any SQLSession) throws {
            for event in events {
                try session.run(
                    "INSERT INTO thing (id, user_id, state) VALUES (\(event.sequence + 100), \(Journal.ana), 'seen')")
            }
            if fails { throw Mishap() }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `gives every event a place without a gap, once`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(7)
            #expect(try await log.seal() == 7)
            #expect(try await log.seal() == 0)
            try await log.record(2)
            #expect(try await log.seal() == 2)
            let places = try await log.database.rows("SELECT sequence FROM security_seal ORDER BY sequence")
                .map { try $0.get("sequence", as: Int.self) }
            #expect(places == Array(1...9))
            #expect(try await log.count("security_checkpoint") == 2)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `two nodes at once seal every event once`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(40)
            let sealers = (1...2).map { _ in log.audit.sealer() }
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for turn in 0..<8 { group.addTask { try await sealers[turn % 2].seal().sealed } }
                return try await group.reduce(0, +)
            }
            #expect(total == 40)
            #expect(try await log.count("security_seal") == 40)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an event that is committed late gets its place, and one that is too late counts as inserted`(
        kind: DatabaseKind
    )
        async throws
    {
        try await SealedJournal.open(kind) { log in
            let late = log.journal.event(.logout, user: Journal.ana)
            log.time.advance(by: .seconds(10))
            try await log.record(3)
            #expect(try await log.seal() == 3)
            try await log.database.transaction { sql in try EventRecorder().record(late, in: sql) }
            #expect(try await log.seal() == 1)
            #expect(try await log.event(4) == late.id)
            #expect(try await log.findings() == [])
            log.time.advance(by: .hours(1))
            let tooLate = log.journal.event(.logout)
            log.time.advance(by: .hours(1))
            try await log.record(1)
            try await log.seal()
            try await log.database.transaction { sql in try EventRecorder().record(tooLate, in: sql) }
            #expect(try await log.seal() == 0)
            #expect(try await log.findings() == [.inserted(event: tooLate.id, sequence: nil)])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what waited while no sealer ran is sealed, however long that was`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(3)
            try await log.seal()
            try await log.record(3)
            log.time.advance(by: .days(30))
            try await log.record(3)
            #expect(try await log.seal() == 6)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `more than a batch that waited for long is sealed to the last`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(1)
            try await log.seal()
            try await log.database.transaction { sql in
                for _ in 1...2300 {
                    try EventRecorder().record(log.journal.event(.logout, user: Journal.ana), in: sql)
                    log.time.advance(by: .seconds(5))
                }
            }
            log.time.advance(by: .hours(6))
            try await log.record(1)
            #expect(try await log.seal() == 2301)
            #expect(try await log.seal() == 0)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a clock that was set back holds nothing up`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            log.time.advance(by: .days(1))
            try await log.record(2)
            try await log.seal()
            log.time.advance(by: .zero - .days(1))
            try await log.record(2)
            #expect(try await log.seal() == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a round that breaks off seals nothing and loses nothing`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { (log) async throws -> Void in
            try await log.record(5)
            let broken = log.audit.sealer(sealFollowers: [Counter(fails: true)])
            await #expect(throws: Mishap.self) { _ = try await broken.seal() }
            #expect(try await log.count("security_seal") == 0)
            #expect(try await log.count("thing") == 1)
            #expect(try await log.audit.sealer(sealFollowers: [Counter()]).seal().sealed == 5)
            #expect(try await log.count("thing") == 6)
            #expect(try await log.findings() == [])
        }
    }

    @Test func `a full disk stops the sealing, and nothing is lost when there is room again`() async throws {
        try await SealedJournal.open(.sqlite) { (log) async throws -> Void in
            try await log.record(1)
            try await log.seal()
            try await log.record(900)
            let pages: Int = try #require(try await log.database.rows("PRAGMA page_count").first).get("page_count")
            _ = try await log.database.transaction {
                try $0.rows(SQL(stringLiteral: "PRAGMA max_page_count = \(pages)"))
            }
            await #expect(throws: StorageError.self) { try await log.seal() }
            #expect(try await log.count("security_seal") == 1)
            _ = try await log.database.transaction { try $0.rows("PRAGMA max_page_count = 1000000") }
            #expect(try await log.seal() == 900)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a new key takes over, and the old one still proves what it sealed`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(3)
            try await log.seal()
            log.keys.rotate()
            try await log.record(3)
            try await log.seal()
            #expect(try await log.findings() == [])
            let names = try await Checkpoint.after(0, limit: 10, in: log.database).map(\.keyID)
            #expect(names == ["audit-1", "audit-2"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `more than a batch is sealed in several`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.database.transaction { sql in
                for _ in 1...1500 { try EventRecorder().record(log.journal.event(.logout, user: Journal.ana), in: sql) }
            }
            #expect(try await log.seal() == 1500)
            #expect(try await log.count("security_checkpoint") == 2)
            let report = try await log.audit.verification.verify()
            #expect(report.events == 1500)
            #expect(report.isWhole)
        }
    }

    @Test(
        arguments: DatabaseKind.available,
        [
            "UPDATE security_event SET detail = '{}'", "DELETE FROM security_event",
            "UPDATE security_seal SET sequence = 9",
            "DELETE FROM security_seal", "UPDATE security_checkpoint SET sealed_at = 0",
            "DELETE FROM security_checkpoint",
        ] as [SQL])
    func `the database refuses to change what was written`(kind: DatabaseKind, deed: SQL) async throws {
        try await SealedJournal.open(kind) { (log) async throws -> Void in
            try await log.record(2)
            try await log.seal()
            await #expect(throws: StorageError.self) { _ = try await log.database.batch([deed]) }
            #expect(try await log.findings() == [])
        }
    }
}
