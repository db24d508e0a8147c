import Core
import Storage
import TestSupport
import Testing

@testable import SecurityEvents

/// Events as the sealer hands them on, without the log behind them.
struct SealedStory: Sendable {
    private(set) var events: [SealedEvent] = []

    /// Adds an event of `type` at `moment`, at the end.
    mutating func add(_ type: String, at moment: Timestamp, detail: String = "{}") {
        let number = UInt64(events.count + 1)
        let event = RecordedEvent(
            id: EventID(high: number, low: number), type: type, at: moment, userID: nil, sessionID: nil, ip: nil,
            userAgent: "", requestID: "", detailJSON: detail)
        events.append(SealedEvent(sequence: Int64(number), event: event))
    }

    mutating func add(_ type: EventType, at moment: Timestamp, detail: String = "{}") {
        add(type.rawValue, at: moment, detail: detail)
    }
}

@Suite struct `event rollup` {
    private static let noon = TestWorld.start

    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (any Database) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            _ = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: noon)
            try await body(database)
        }
    }

    private static func follow(_ events: some Sequence<SealedEvent>, _ database: any Database) async throws {
        let events = Array(events)
        try await database.transaction { sql in try EventRollup().follow(events, in: sql) }
    }

    private static func hours(_ type: EventType, _ database: any Database) async throws -> [Timestamp: Int64] {
        let rows = try await database.rows("SELECT hour, events FROM event_hour WHERE type = \(type.rawValue)")
        return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.get("hour"), try $0.get("events")) })
    }

    @Test(arguments: DatabaseKind.available)
    func `an event counts in the hour of its own moment, however late it is sealed`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { database in
            var story = SealedStory()
            story.add(.loginSuccess, at: Self.noon)
            story.add(.loginSuccess, at: Self.noon + .milliseconds(3_599_999))
            story.add(.loginSuccess, at: Self.noon + .hours(1))
            story.add(.loginSuccess, at: Self.noon - .milliseconds(1))
            story.add(.logout, at: Self.noon)
            try await Self.follow(story.events.prefix(3), database)
            try await Self.follow(story.events.dropFirst(3), database)
            #expect(
                try await Self.hours(.loginSuccess, database)
                    == [Self.noon - .hours(1): 1, Self.noon: 2, Self.noon + .hours(1): 1])
            #expect(
                try await EventFigureReader(database: database).totals() == ["login_success": 4, "logout": 1])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a batch that is shown again counts once`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { database in
            var story = SealedStory()
            for second in 1...5 { story.add(.loginFailed, at: Self.noon + .seconds(second)) }
            try await Self.follow(story.events.prefix(3), database)
            try await Self.follow(story.events.prefix(3), database)
            try await Self.follow(story.events, database)
            try await Self.follow([], database)
            #expect(try await Self.hours(.loginFailed, database) == [Self.noon: 5])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what a rolled back seal has counted is not counted`(kind: DatabaseKind) async throws {
        struct Mishap: Error {}
        try await Self.open(kind) { database in
            var story = SealedStory()
            story.add(.loginFailed, at: Self.noon)
            let events = story.events
            await #expect(throws: Mishap.self) {
                try await database.transaction { sql in
                    try EventRollup().follow(events, in: sql)
                    throw Mishap()
                }
            }
            #expect(try await Self.hours(.loginFailed, database).isEmpty)
            try await Self.follow(events, database)
            #expect(try await Self.hours(.loginFailed, database) == [Self.noon: 1])
        }
    }

    @Test(
        arguments: DatabaseKind.available,
        [
            (#"{"count":"17"}"#, 17), (#"{"address":"x","count":"2"}"#, 2), (#"{"count":"0"}"#, 1),
            (#"{"count":"-4"}"#, 1), (#"{"count":"99999999999999999999"}"#, 1), (#"{"count":"1000000001"}"#, 1),
            (#"{"count":"many"}"#, 1), (#"{"reason":"\"count\":\"9\""}"#, 1), (#"{"count":17}"#, 1),
            (#"{"count":"#, 1), ("", 1),
        ] as [(String, Int64)])
    func `a folded event counts as those it stands for, and a senseless number as one`(
        kind: DatabaseKind, detail: (json: String, weight: Int64)
    ) async throws {
        try await Self.open(kind) { database in
            var story = SealedStory()
            story.add(.loginFailed, at: Self.noon, detail: detail.json)
            try await Self.follow(story.events, database)
            #expect(try await Self.hours(.loginFailed, database) == [Self.noon: detail.weight])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a batch of many hours is written whole`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { database in
            var story = SealedStory()
            for hour in 0..<4_500 { story.add(.rateLimited, at: Self.noon + .hours(hour)) }
            try await Self.follow(story.events, database)
            #expect(try await Self.hours(.rateLimited, database).count == 4_500)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `only hours that no dashboard looks back to are forgotten`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { database in
            var story = SealedStory()
            story.add(.logout, at: Self.noon - EventRollup.memory - .hours(1))
            story.add(.logout, at: Self.noon - .days(31))
            try await Self.follow(story.events, database)
            try await EventRollup().prune(database, now: Self.noon)
            #expect(try await Self.hours(.logout, database).keys.sorted() == [Self.noon - .days(31)])
            #expect(try await EventFigureReader(database: database).totals() == ["logout": 2])
        }
    }
}

@Suite struct `event figures` {
    /// Counts the slow way: every event, one by one.
    private static func count(
        _ events: [SealedEvent], _ types: [EventType], from: Timestamp, to: Timestamp
    ) -> Int64 {
        let names = types.map(\.rawValue)
        return Int64(events.count { names.contains($0.event.type) && $0.event.at >= from && $0.event.at < to })
    }

    @Test(arguments: DatabaseKind.available, [1, 2, 3] as [UInt64])
    func `are those that counting each event gives, in every step of every window`(
        kind: DatabaseKind, seed: UInt64
    ) async throws {
        try await withDatabase(kind) { database in
            let world = TestWorld(seed: seed)
            let now = world.now + .minutes(Int(seed) * 17)
            _ = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: now)
            var story = SealedStory()
            for _ in 0..<2_000 {
                let bytes = world.randomBytes(6).map(Int64.init)
                // Up to 45 days back, and some from clocks that run ahead.
                let back = (bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3]) % (45 * 86_400_000) - 7_200_000
                let type = EventType.allCases[Int(bytes[4]) % EventType.allCases.count]
                story.add(bytes[5] < 200 ? type : .loginFailed, at: now - .milliseconds(back))
            }
            let events = story.events
            // Sealed in batches of any length.
            var rest = events[...]
            while !rest.isEmpty {
                let batch = Array(rest.prefix(Int(world.randomBytes(1)[0]) + 1))
                rest = rest.dropFirst(batch.count)
                try await database.transaction { sql in try EventRollup().follow(batch, in: sql) }
            }
            for window in DashboardWindow.allCases {
                let series = try await EventFigureReader(database: database).series(window, now: now)
                #expect(series.count == window.steps)
                for point in series {
                    let end = point.start + window.step
                    func slow(_ types: EventType...) -> Int64 {
                        Self.count(events, types, from: point.start, to: end)
                    }
                    #expect(point.figures.successfulLogins == slow(.loginSuccess))
                    #expect(point.figures.failedLogins == slow(.loginFailed, .lockoutAttemptWhileLocked))
                    #expect(point.figures.accountLockouts == slow(.accountLocked))
                    #expect(point.figures.tokenRefreshes == slow(.tokenRefresh))
                    #expect(point.figures.tokenTheftDetections == slow(.tokenTheftDetected))
                    #expect(point.figures.geoAnomalies == slow(.geoAnomalyDetected))
                }
                let last = try #require(series.last)
                #expect(last.start <= now && now < last.start + window.step)
                let total = series.total()
                let from = try #require(series.first).start
                #expect(
                    total.failedLogins
                        == Self.count(
                            events, [.loginFailed, .lockoutAttemptWhileLocked], from: from,
                            to: last.start + window.step))
                #expect(total.loginAttempts == total.failedLogins + total.successfulLogins)
            }
        }
    }

    @Test func `are read through the key of the counters, never by a scan`() async throws {
        try await withDatabase(.sqlite) { database in
            _ = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: TestWorld.start)
            let plan = try await database.rows(
                """
                EXPLAIN QUERY PLAN SELECT type, hour, SUM(events) FROM event_hour
                WHERE type IN ('login_success', 'login_failed') AND hour >= 1 AND hour < 2 GROUP BY 1, 2
                """
            ).map { try $0.get("detail", as: String.self) }.joined(separator: "; ")
            #expect(plan.contains("SEARCH event_hour"), "\(plan)")
        }
    }

    @Test(arguments: [
        (DashboardWindow.day, "2026-01-01T12:59:59.999Z", "2025-12-31T13:00:00.000Z"),
        (.week, "2026-01-01T12:00:00.000Z", "2025-12-25T18:00:00.000Z"),
        (.week, "2026-01-01T11:59:59.999Z", "2025-12-25T12:00:00.000Z"),
        (.month, "2026-01-01T00:00:00.000Z", "2025-12-03T00:00:00.000Z"),
    ])
    func `begin with a whole step`(window: DashboardWindow, now: String, first: String) throws {
        let now = try #require(Timestamp(iso8601: now))
        #expect(window.starts(at: now).first == Timestamp(iso8601: first))
        #expect(window.starts(at: now).count == window.steps)
    }

    @Test func `rounding goes down before 1970 as well`() {
        #expect(Timestamp(milliseconds: -1).rounded(downTo: .hours(1)).milliseconds == -3_600_000)
        #expect(Timestamp(milliseconds: 3_600_000).rounded(downTo: .hours(1)).milliseconds == 3_600_000)
    }
}
