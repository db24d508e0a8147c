import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `the replay of recorded sign-ins` {
    private static func write(
        _ journal: Journal, _ type: EventType = .loginSuccess, _ user: AccountID = Journal.ana,
        ip: String = Doorway.london, known: Bool = true
    ) async throws {
        let source = RequestSource(ip: IPAddress(ip), userAgent: Doorway.chrome, requestID: "r")
        let event = journal.event(type, user: user, from: source, detail: ["knownDevice": String(known)])
        try await journal.database.transaction { sql in try EventRecorder().record(event, in: sql) }
    }

    private static func replay(
        _ journal: Journal, days: Int = 30, _ change: (inout DetectionPolicy) -> Void = { _ in }
    ) async throws -> RiskReplayReport {
        var policy = DetectionPolicy()
        change(&policy)
        let addresses = AddressBook(
            places: PlaceDatabase(path: MaxMindTestFile.path(MaxMindTestFile.city)),
            networks: NetworkDatabase(path: nil), listed: ListedNetworks(path: nil))
        return try await journal.log.replay(
            RiskReplay(policy: policy, addresses: addresses, countingFrom: journal.time.now - .days(days)))
    }

    @Test(arguments: DatabaseKind.available)
    func `finds the sign-ins that would have been challenged, and why`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            // The first is no news, whatever it says; it is learnt from and lies before the days that count.
            try await Self.write(journal, known: false)
            journal.time.advance(by: .days(40))
            for _ in 0..<5 {
                try await Self.write(journal)
                journal.time.advance(by: .days(1))
            }
            try await Self.write(journal, .loginFailed, ip: Doorway.milton)
            journal.time.advance(by: .minutes(1))
            try await Self.write(journal, ip: Doorway.milton, known: false)
            try await Self.write(journal, .loginSuccess, Journal.ben, ip: Doorway.milton, known: false)
            let report = try await Self.replay(journal)
            #expect(report.signIns == 7 && report.challenged == 1)
            #expect(report.personCount.all == 2 && report.personCount.challenged == 1)
            let example = try #require(report.examples.first)
            #expect(example.account == Journal.ana && example.device == "Chrome on Windows")
            #expect(example.score.reasons == "new_device 30, distance 25, recent_failures 5")
            #expect(example.journey?.hasPrefix("Milton, United States; 4,700 miles") == true)
            #expect(report.reasons[.newDevice]?.challenged == 1 && report.reasons[.newDevice]?.all == 1)
            #expect(report.challenged(at: 60) == 1 && report.challenged(at: 61) == 0)
            let text = report.lines(days: 30) { _ in "ana@example.com" }.joined(separator: "\n")
            #expect(text.contains("1 (14.3 %) would have been challenged, of 1 people, at 50 points."))
            #expect(text.contains("ana@example.com  60: new_device 30"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tries other weights and thresholds`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            try await Self.write(journal)
            journal.time.advance(by: .minutes(1))
            try await Self.write(journal, known: false)
            #expect(try await Self.replay(journal).challenged == 0)
            #expect(try await Self.replay(journal) { $0.challengeAt = 30 }.challenged == 1)
            #expect(
                try await Self.replay(journal) { $0.weights[.newDevice] = 50 }.challenged == 1)
            journal.time.advance(by: .minutes(1))
            #expect(try await Self.replay(journal, days: 0).signIns == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes through a log of many pages`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let events = (0..<2_300).map { number in
                journal.event(number % 10 == 0 ? .logout : .loginSuccess, user: Journal.ana)
            }
            try await journal.database.transaction { sql in
                for event in events { try EventRecorder().record(event, in: sql) }
            }
            #expect(try await Self.replay(journal).signIns == 2_070)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `takes whatever the log holds`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let (id, type) = (journal.event(.loginSuccess).id, EventType.loginSuccess.rawValue)
            let row: SQL = """
                INSERT INTO security_event (id, type, at, user_id, ip, user_agent, request_id, detail)
                VALUES (\(id), \(type), 0, \(Journal.ana), 'x', 'y', 'z', 'no JSON')
                """
            _ = try await journal.database.batch([row])
            #expect(try await Self.replay(journal).signIns == 0)
            let report = try await Self.replay(journal, days: 100_000)
            #expect(report.signIns == 1)
            #expect(report.lines(days: 1) { _ in "" }.isEmpty == false)
        }
    }
}
