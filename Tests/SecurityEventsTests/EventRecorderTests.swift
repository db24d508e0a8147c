import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

/// A database with the log and one table of things that happen to people.
struct Journal: Sendable {
    let database: any Database
    let time: TestWorld

    static let source = RequestSource(ip: IPAddress("192.0.2.7"), userAgent: "Test browser", requestID: "request-1")
    static let ana = AccountID(high: 0x0100_0000_0000_7000, low: 0x8000_0000_0000_0001)
    static let ben = AccountID(high: 0x0100_0000_0000_7000, low: 0x8000_0000_0000_0002)

    static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (Journal) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let things = Migration(
                9_000, "things",
                ["CREATE TABLE thing (id BIGINT PRIMARY KEY, user_id \(.identifier) NOT NULL, state TEXT NOT NULL)"])
            let time = TestWorld()
            _ = try await Migrator(SecurityEventsSchema.migrations + [things]).migrate(database, now: time.now)
            _ = try await database.batch(["INSERT INTO thing (id, user_id, state) VALUES (1, \(ana), 'new')"])
            try await body(Journal(database: database, time: time))
        }
    }

    var log: EventLog { EventLog(database: database) }

    func event(
        _ type: EventType, user: AccountID? = nil, session: SessionID? = nil, from source: RequestSource = source,
        detail: [String: String] = [:]
    ) -> Event {
        Event(type, in: time.world, user: user, session: session, from: source, detail: detail)
    }

    /// Writes events, a second apart.
    func record(_ events: [(EventType, AccountID?)]) async throws {
        for (type, user) in events {
            let event = event(type, user: user)
            try await database.transaction { sql in try EventRecorder().record(event, in: sql) }
            time.advance(by: .seconds(1))
        }
    }

    func all(_ change: (inout EventQuery) -> Void = { _ in }) async throws -> [RecordedEvent] {
        try await read(.everything, change)
    }

    func read(_ audience: EventAudience, _ change: (inout EventQuery) -> Void = { _ in }) async throws
        -> [RecordedEvent]
    {
        var query = EventQuery()
        query.limit = 100
        change(&query)
        return try await log.events(for: audience, matching: query)
    }

    func state() async throws -> String {
        try #require(try await database.rows("SELECT state FROM thing WHERE id = 1").first).get("state")
    }
}

@Suite struct `recording events` {
    private struct Mishap: Error {}

    @Test(arguments: DatabaseKind.available)
    func `an event and its change are kept together`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let session = SessionID(high: 3, low: 4)
            let event = journal.event(.logout, user: Journal.ana, session: session, detail: ["scope": "session"])
            try await journal.database.transaction { sql in
                try sql.run("UPDATE thing SET state = 'changed'")
                try EventRecorder().record(event, in: sql)
            }
            #expect(try await journal.state() == "changed")
            let read = try #require(try await journal.all().first)
            #expect(read.id == event.id)
            #expect(read.type == "logout")
            #expect(read.at == journal.time.now)
            #expect(read.userID == Journal.ana)
            #expect(read.sessionID == session)
            #expect(read.ip == "192.0.2.7")
            #expect(read.userAgent == "Test browser")
            #expect(read.requestID == "request-1")
            #expect(read.detailJSON == #"{"scope":"session"}"#)
            #expect(read.severity == .info)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an event and its change are lost together`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { (journal) async throws -> Void in
            let event = journal.event(.logout)
            await #expect(throws: Mishap.self) {
                try await journal.database.transaction { sql in
                    try sql.run("UPDATE thing SET state = 'changed'")
                    try EventRecorder().record(event, in: sql)
                    throw Mishap()
                }
            }
            #expect(try await journal.state() == "new")
            #expect(try await journal.all().isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an event that cannot be written takes its change with it`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let event = journal.event(.logout)
            try await journal.database.transaction { sql in try EventRecorder().record(event, in: sql) }
            await #expect(throws: StorageError.self) {
                try await journal.database.transaction { sql in
                    try sql.run("UPDATE thing SET state = 'changed'")
                    try EventRecorder().record(event, in: sql)
                }
            }
            #expect(try await journal.state() == "new")
            #expect(try await journal.all().count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a guarded event is written for the row that fulfils the condition`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let event = journal.event(.tokenRefresh, detail: ["a": "b"])
            let statements = EventRecorder().statements(event, from: "thing", where: "id = 1 AND state = 'new'")
            _ = try await journal.database.batch(statements)
            let read = try #require(try await journal.all().first)
            #expect(read.userID == Journal.ana)
            #expect(read.detailJSON == #"{"a":"b"}"#)
        }
    }

    @Test(arguments: DatabaseKind.available, ["id = 1 AND state = 'gone'", "id = 2"] as [SQL])
    func `a guarded event is not written when the condition fails`(kind: DatabaseKind, condition: SQL) async throws {
        try await Journal.open(kind) { journal in
            let event = journal.event(.tokenRefresh)
            let change: [SQL] = ["UPDATE thing SET state = state"]
            _ = try await journal.database.batch(
                change + EventRecorder().statements(event, from: "thing", where: condition))
            #expect(try await journal.all().isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `nothing is written when events are switched off`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let recorder = EventRecorder(isEnabled: false)
            let event = journal.event(.accountLocked)
            #expect(recorder.statements(event, from: "thing", where: "id = 1").isEmpty)
            try await journal.database.transaction { sql in
                try recorder.record(event, in: sql)
                try sql.run("UPDATE thing SET state = 'changed'")
            }
            #expect(try await journal.all().isEmpty)
            #expect(try await journal.state() == "changed")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `details come back as they were, whatever they hold`(kind: DatabaseKind) async throws {
        let details = [
            "line": "one\ntwo\r\nthree", "quote": #"say "no" \ maybe"#, "bell": "\u{7}\u{1B}[31mred",
            "script": "</script><!--", "emoji": "\u{1F469}\u{200D}\u{1F680}", "empty": "", "nul": "a\u{0}b",
            "key with \"quotes\"\n": "value", "separator": "\u{2028}\u{2029}",
        ]
        try await Journal.open(kind) { journal in
            let event = journal.event(.loginFailed, detail: details)
            try await journal.database.transaction { sql in try EventRecorder().record(event, in: sql) }
            let text = try #require(try await journal.all().first).detailJSON
            #expect(!text.contains("\n"))
            #expect(try JSONText.strings(text) == details)
        }
    }
}
