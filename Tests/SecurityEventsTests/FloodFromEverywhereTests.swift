import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

/// A flood whose every request comes from a network of its own, as whoever has a /32 of IPv6 can send one.
@Suite struct `a flood from everywhere` {
    /// Two for each share.
    private static let recorder = EventRecorder(
        budget: EventBudget(perSource: 3, everybody: 2 * EventBudget.shares, span: .minutes(10)))

    private static func record(
        _ log: SealedJournal, _ type: EventType = .loginFailed, from ip: String, user: AccountID? = nil,
        session: SessionID? = nil, by recorder: EventRecorder = recorder
    ) async throws {
        let source = RequestSource(ip: IPAddress(ip), userAgent: "flood", requestID: "r")
        let event = log.journal.event(type, user: user, session: session, from: source)
        try await log.database.transaction { sql in try recorder.record(event, in: sql) }
    }

    private static func flood(_ log: SealedJournal, _ count: Int, by recorder: EventRecorder = recorder) async throws {
        for number in 0..<count {
            try await record(log, from: "2001:db8:\(String(number, radix: 16))::1", by: recorder)
            log.time.advance(by: .milliseconds(10))
        }
    }

    private static func fold(_ log: SealedJournal) async throws -> Int {
        try await FoldedEvents(database: log.database, world: log.time.world, recorder: recorder).write()
    }

    @Test(arguments: DatabaseKind.available)
    func `fills neither the log nor the table of budgets, and is told whole`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await Self.flood(log, 400)
            #expect(try await log.count("security_event") == 20)
            #expect(try await log.count("security_event_budget") == 20 + EventBudget.shares)
            #expect(try await Self.fold(log) == 0)
            log.time.advance(by: .minutes(10))
            #expect(try await Self.fold(log) == 1)
            #expect(try await log.count("security_event_budget") == 0)
            let folded = try #require(try await log.journal.all().first)
            #expect(folded.type == "login_failed" && folded.ip == nil && folded.userID == nil)
            let detail = try JSONText.strings(folded.detailJSON)
            #expect(detail["count"] == "380")
            #expect(detail["last"] == (TestWorld.start + .milliseconds(3_990)).iso8601)
            // A new while has a budget of its own.
            try await Self.flood(log, 1)
            #expect(try await log.count("security_event") == 22)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `silences nobody who is signed in, and no lock of a real account`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            for type in [EventType.loginFailed, .rateLimited, .accountLocked] {
                for number in 0..<100 {
                    try await Self.record(log, type, from: "2001:db8:\(String(number, radix: 16))::1")
                }
            }
            #expect(try await log.count("security_event") == 60)
            let session: SessionID = log.time.world.identifier()
            try await Self.record(log, .rateLimited, from: "198.51.100.9", user: Journal.ana, session: session)
            try await Self.record(log, .accountLocked, from: "198.51.100.9", user: Journal.ana)
            try await Self.record(log, .tokenTheftDetected, from: "198.51.100.9", user: Journal.ana)
            let told = try await log.journal.read(.person(Journal.ana)).map(\.type)
            #expect(Set(told) == ["rate_limited", "account_locked", "token_theft_detected"])
            // Another stranger is one of the crowd.
            try await Self.record(log, .rateLimited, from: "198.51.100.10")
            #expect(try await log.count("security_event") == 63)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is none when it comes from one source, which uses up no more than its own budget`(kind: DatabaseKind)
        async throws
    {
        try await SealedJournal.open(kind) { log in
            let recorder = EventRecorder(
                budget: EventBudget(perSource: 3, everybody: 4 * EventBudget.shares, span: .minutes(10)))
            for _ in 0..<100 { try await Self.record(log, from: "192.0.2.7", by: recorder) }
            #expect(try await log.count("security_event") == 3)
            // Its share has room for one more, and every other for four.
            for number in 1...9 { try await Self.record(log, from: "192.0.2.\(number + 10)", by: recorder) }
            #expect(try await log.count("security_event") == 3 + 9)
            log.time.advance(by: .minutes(10))
            #expect(try await Self.fold(log) == 1)
            #expect(try await log.journal.all().first?.ip == "192.0.2.7")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is counted right when it comes all at once, and told once by two nodes`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<200 {
                    group.addTask { try await Self.record(log, from: "2001:db8:\(String(number, radix: 16))::1") }
                }
                try await group.waitForAll()
            }
            #expect(try await log.count("security_event") == 20)
            log.time.advance(by: .minutes(10))
            let folded = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...4 { group.addTask { try await Self.fold(log) } }
                return try await group.reduce(0, +)
            }
            #expect(folded == 1)
            let detail = try JSONText.strings(try #require(try await log.journal.all().first).detailJSON)
            #expect(detail["count"] == "180")
        }
    }
}
