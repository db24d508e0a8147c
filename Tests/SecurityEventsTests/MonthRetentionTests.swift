import Core
import Dispatch
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite(.enabled(if: DatabaseKind.hasPostgres)) struct `retention by months` {
    private static let life = Duration.days(90)

    /// Events in January, with a batch that reaches into February, and later ones; 140 days after the first.
    private static func old(_ body: @escaping @Sendable (SealedJournal) async throws -> Void) async throws {
        try await SealedJournal.open(.postgres) { log in
            try await log.record(6)
            try await log.seal()
            let february = try #require(Timestamp(iso8601: "2026-02-01"))
            log.time.advance(by: february - log.time.now - .seconds(2))
            try await log.record(4)
            try await log.seal()
            log.time.advance(by: .days(20))
            try await log.record(3)
            try await log.seal()
            try await body(log)
        }
    }

    @Test func `a month that is wholly too old goes as one, and the rest is still proven`() async throws {
        try await Self.old { log in
            let anchor = try await log.anchorLines()
            // 90 days after 10 February: January and the batch across its end are too old, the other events of February are not.
            log.time.advance(by: try #require(Timestamp(iso8601: "2026-05-10")) - log.time.now)
            #expect(try await log.database.partNames().contains("security_event_2026_01"))
            #expect(try await log.audit.retention(life: Self.life).prune() == 10)
            #expect(try await !log.database.partNames().contains("security_event_2026_01"))
            #expect(try await log.audit.status().firstSequence == 11)
            #expect(try await log.count("security_event") == 3)
            #expect(try await log.count("security_seal") == 3)
            #expect(try await log.count("security_checkpoint") == 1)
            #expect(try await log.findings(anchor: anchor) == [])
        }
    }

    @Test func `the month that is under way goes by small batches`() async throws {
        try await Self.old { log in
            log.time.advance(by: try #require(Timestamp(iso8601: "2026-05-25")) - log.time.now)
            #expect(try await log.audit.retention(life: Self.life).prune() == 13)
            #expect(try await log.database.partNames().contains("security_event_2026_02"))
            #expect(try await log.count("security_event") == 0)
            #expect(try await log.findings() == [])
            // Emptied and past, it goes as well.
            log.time.advance(by: .days(10))
            #expect(try await log.audit.retention(life: Self.life).prune() == 0)
            #expect(try await !log.database.partNames().contains("security_event_2026_02"))
        }
    }

    @Test func `a month with an event that is not sealed stays, and its batches go one by one`() async throws {
        try await Self.old { log in
            let late = EventID(at: try #require(Timestamp(iso8601: "2026-01-20")), random: [])
            _ = try await log.database.batch([
                """
                INSERT INTO security_event (id, type, at, user_agent, request_id, detail)
                VALUES (\(late), 'logout', 0, '', '', '{}')
                """
            ])
            log.time.advance(by: try #require(Timestamp(iso8601: "2026-05-10")) - log.time.now)
            #expect(try await log.audit.retention(life: Self.life).prune() == 10)
            #expect(try await log.part(of: late) == "security_event_2026_01")
            #expect(try await log.findings() == [.inserted(event: late, sequence: nil)])
        }
    }

    @Test func `a month whose batch was sealed too late to be old stays`() async throws {
        try await SealedJournal.open(.postgres) { log in
            try await log.record(3)
            log.time.advance(by: .days(60))
            try await log.seal()
            log.time.advance(by: .days(89))
            #expect(try await log.audit.retention(life: Self.life).prune() == 0)
            #expect(try await log.count("security_event") == 3)
            log.time.advance(by: .days(2))
            #expect(try await log.audit.retention(life: Self.life).prune() == 3)
            #expect(try await log.findings() == [])
        }
    }

    @Test func `seals that are not swept up yet are no finding, and an event under such a seal is one`() async throws {
        try await Self.old { log in
            let (seal, forged) = ([UInt8](repeating: 3, count: 32), EventID(at: log.time.now, random: []))
            log.time.advance(by: try #require(Timestamp(iso8601: "2026-05-10")) - log.time.now)
            try await log.audit.retention(life: Self.life).prune()
            let none = EventID(high: 1, low: 1)
            _ = try await log.database.batch([
                "INSERT INTO security_seal (sequence, event_id, mac) VALUES (9, \(none), \(seal))"
            ])
            #expect(try await log.findings() == [])
            _ = try await log.database.batch([
                """
                INSERT INTO security_event (id, type, at, user_agent, request_id, detail)
                VALUES (\(forged), 'logout', 0, '', '', '{}')
                """,
                "INSERT INTO security_seal (sequence, event_id, mac) VALUES (8, \(forged), \(seal))",
            ])
            #expect(try await log.findings() == [.inserted(event: forged, sequence: 8)])
            try await log.audit.retention(life: Self.life).prune()
            #expect(try await log.count("security_seal WHERE sequence = 9") == 0)
            #expect(try await log.findings() == [.inserted(event: forged, sequence: 8)])
        }
    }

    @Test func `a month that somebody reads for long is not waited for`() async throws {
        try await Self.old { log in
            log.time.advance(by: try #require(Timestamp(iso8601: "2026-05-10")) - log.time.now)
            let (isReading, isDone) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            async let reading: Int = log.database.read { sql in
                let count = try sql.rows("SELECT id FROM security_event").count
                isReading.signal()
                isDone.wait()
                return count
            }
            await withCheckedContinuation { ready in
                DispatchQueue.global().async {
                    isReading.wait()
                    ready.resume()
                }
            }
            #expect(try await log.audit.retention(life: Self.life).prune() == 10)
            isDone.signal()
            #expect(try await reading == 13)
            // Its events went one by one.
            #expect(try await log.database.partNames().contains("security_event_2026_01"))
            #expect(try await log.count("security_event") == 3)
            #expect(try await log.findings() == [])
        }
    }
}
