import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `queries of a long log` {
    @Test(arguments: DatabaseKind.available)
    func `a severity shows the newest of all its types, page after page`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let types: [EventType] = [.accountLocked, .passwordChanged, .logout, .tokenTheftDetected]
            for turn in 0..<5 { try await journal.record(types.map { ($0, turn % 2 == 0 ? Journal.ana : nil) }) }
            let all = try await journal.all { $0.severity = .critical }
            #expect(all.count == 15)
            #expect(all.map(\.id) == all.map(\.id).sorted(by: >))
            let first = try await journal.all {
                $0.severity = .critical
                $0.limit = 4
            }
            #expect(first == Array(all.prefix(4)))
            let second = try await journal.all {
                $0.severity = .critical
                $0.limit = 4
                $0.before = first.last?.id
            }
            #expect(second == Array(all[4..<8]))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a type of another severity than asked for is nothing`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            try await journal.record([(.logout, nil), (.accountLocked, nil)])
            let none = try await journal.all {
                $0.type = .logout
                $0.severity = .critical
            }
            #expect(none.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a span finds an event whose identity was made a breath before it`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let moment = journal.time.now
            let id = EventID(at: moment - .milliseconds(3), random: [])
            _ = try await journal.database.batch([
                """
                INSERT INTO security_event (id, type, at, user_agent, request_id, detail)
                VALUES (\(id), 'logout', \(moment), '', '', '{}')
                """
            ])
            #expect(try await journal.all { $0.from = moment }.map(\.id) == [id])
            #expect(try await journal.all { $0.to = moment }.isEmpty)
            #expect(try await journal.all { $0.from = Timestamp(milliseconds: .min) }.count == 1)
            #expect(try await journal.all { $0.to = Timestamp(milliseconds: .max) }.count == 1)
        }
    }

    @Test(arguments: [
        (EventQuery { $0.type = .logout }, "security_event_by_type (type=?)"),
        (EventQuery { $0.severity = .critical }, "security_event_by_type (type=?)"),
        (EventQuery { $0.userID = Journal.ana }, "security_event_by_user (user_id=?)"),
        (
            EventQuery {
                $0.userID = Journal.ana
                $0.type = .logout
            }, "security_event_by_user (user_id=?)"
        ),
        (EventQuery { $0.ip = IPAddress("192.0.2.7") }, "security_event_by_ip (ip=?)"),
        (EventQuery { $0.from = TestWorld.start }, "sqlite_autoindex_security_event_1 (id>?)"),
    ])
    func `go along an index and sort only what they show`(query: EventQuery, index: String) async throws {
        try await Journal.open(.sqlite) { journal in
            let statement = try #require(EventLog.statement(for: .everything, matching: query))
            let plan = try await journal.database.rows("EXPLAIN QUERY PLAN \(statement)")
                .map { try $0.get("detail", as: String.self) }
            let searches = plan.filter { $0.contains("security_event") }
            #expect(!searches.isEmpty)
            #expect(searches.allSatisfy { $0.hasPrefix("SEARCH security_event USING INDEX \(index)") }, "\(plan)")
        }
    }
}

extension EventQuery {
    fileprivate init(_ change: (inout EventQuery) -> Void) {
        self.init()
        change(&self)
    }
}
