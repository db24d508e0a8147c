import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `floods by strangers` {
    private static let recorder = EventRecorder(budget: EventBudget(perSource: 3, span: .minutes(10)))

    private static func record(
        _ log: SealedJournal, _ type: EventType, user: AccountID? = nil, ip: String = "192.0.2.7", times: Int = 1
    ) async throws {
        for _ in 0..<times {
            let source = RequestSource(ip: IPAddress(ip), userAgent: "flood", requestID: "r")
            let event = log.journal.event(type, user: user, from: source)
            try await log.database.transaction { sql in try recorder.record(event, in: sql) }
            log.time.advance(by: .milliseconds(10))
        }
    }

    private static func fold(_ log: SealedJournal) async throws -> Int {
        try await FoldedEvents(database: log.database, world: log.time.world, recorder: recorder).write()
    }

    @Test(arguments: DatabaseKind.available)
    func `become one event with a count`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await Self.record(log, .loginFailed, times: 100)
            #expect(try await log.count("security_event") == 3)
            #expect(try await Self.fold(log) == 0)
            log.time.advance(by: .minutes(10))
            #expect(try await Self.fold(log) == 1)
            #expect(try await Self.fold(log) == 0)
            #expect(try await log.count("security_event_budget") == 0)
            let folded = try #require(try await log.journal.all().first)
            #expect(folded.type == "login_failed")
            #expect(folded.ip == "192.0.2.7")
            let detail = try JSONText.strings(folded.detailJSON)
            #expect(detail["count"] == "97")
            #expect(detail["first"] == (TestWorld.start + .milliseconds(30)).iso8601)
            #expect(detail["last"] == (TestWorld.start + .milliseconds(990)).iso8601)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are counted per source and type, and an IPv6 network is one source`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            for host in 1...5 { try await Self.record(log, .loginFailed, ip: "2001:db8::\(host)") }
            #expect(try await log.count("security_event") == 3)
            try await Self.record(log, .csrfRejected, ip: "2001:db8::1")
            try await Self.record(log, .loginFailed, ip: "2001:db8:0:1::1")
            #expect(try await log.count("security_event") == 5)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `do not hide the lock of a real account, nor what people do themselves`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await Self.record(log, .accountLocked, times: 10)
            try await Self.record(log, .accountLocked, user: Journal.ana)
            try await Self.record(log, .tokenTheftDetected, user: Journal.ana, times: 10)
            #expect(try await log.journal.read(.person(Journal.ana)).count == 11)
            #expect(try await log.count("security_event") == 14)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are told once when two nodes fold at once`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await Self.record(log, .rateLimited, times: 9)
            log.time.advance(by: .minutes(10))
            let folded = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...4 { group.addTask { try await Self.fold(log) } }
                return try await group.reduce(0, +)
            }
            #expect(folded == 1)
            #expect(try await log.count("security_event") == 4)
        }
    }
}
