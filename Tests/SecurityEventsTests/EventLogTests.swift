import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `reading events` {
    private static let story: [(EventType, AccountID?)] = [
        (.registered, Journal.ana), (.loginFailed, nil), (.loginSuccess, Journal.ana), (.loginFailed, Journal.ben),
        (.accountLocked, Journal.ben), (.tokenTheftDetected, Journal.ana), (.logout, Journal.ana),
    ]

    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (Journal) async throws -> Void
    ) async throws {
        try await Journal.open(kind) { journal in
            try await journal.record(Self.story)
            try await body(journal)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the newest comes first`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { journal in
            let types = try await journal.all().map(\.type)
            #expect(types == Self.story.reversed().map(\.0.rawValue))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a person sees their own and nobody else's, whatever they ask for`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { journal in
            let own = try await journal.read(.person(Journal.ana))
            #expect(own.count == 4)
            #expect(own.allSatisfy { $0.userID == Journal.ana })
            #expect(try await journal.read(.person(Journal.ana)) { $0.userID = Journal.ben }.isEmpty)
            #expect(try await journal.read(.person(Journal.ana)) { $0.type = .accountLocked }.isEmpty)
            #expect(try await journal.read(.person(AccountID(high: 9, low: 9))).isEmpty)
            #expect(try await journal.read(.everything) { $0.userID = Journal.ben }.count == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `each filter narrows, and together they narrow further`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { journal in
            #expect(try await journal.all { $0.type = .loginFailed }.count == 2)
            let critical = try await journal.all { $0.severity = .critical }.map(\.type)
            #expect(critical == ["token_theft_detected", "account_locked"])
            #expect(try await journal.all { $0.ip = IPAddress("192.0.2.7") }.count == 7)
            #expect(try await journal.all { $0.ip = IPAddress("192.0.2.8") }.isEmpty)
            let both = try await journal.all {
                $0.severity = .critical
                $0.userID = Journal.ben
            }
            #expect(both.map(\.type) == ["account_locked"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a span holds its first moment and not its last`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { journal in
            let span = try await journal.all {
                $0.from = TestWorld.start + .seconds(2)
                $0.to = TestWorld.start + .seconds(5)
            }
            #expect(span.map(\.type) == ["account_locked", "login_failed", "login_success"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `pages follow each other without a gap or a repeat`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            // Several within one millisecond, as a flood writes them.
            for _ in 1...23 {
                let event = journal.event(.rateLimited)
                try await journal.database.transaction { sql in try EventRecorder().record(event, in: sql) }
            }
            var seen: [EventID] = []
            var before: EventID?
            while seen.count < 30 {
                let page = try await journal.all {
                    $0.limit = 5
                    $0.before = before
                }
                guard let last = page.last else { break }
                seen += page.map(\.id)
                before = last.id
            }
            #expect(seen.count == 23)
            #expect(Set(seen).count == 23)
            #expect(seen == seen.sorted(by: >))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a stored name that the catalogue no longer has is still shown`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { journal in
            let (id, now): (EventID, Timestamp) = (journal.time.world.identifier(), journal.time.now)
            _ = try await journal.database.batch([
                """
                INSERT INTO security_event (id, type, at, user_id, user_agent, request_id, detail)
                VALUES (\(id), 'forgotten', \(now), \(Journal.ana), '', '', '{}')
                """
            ])
            let newest = try #require(try await journal.all().first)
            #expect(newest.type == "forgotten")
            #expect(newest.severity == .info)
            #expect(try await journal.read(.person(Journal.ana)).allSatisfy { $0.type != "forgotten" })
        }
    }
}

@Suite struct `event catalogue` {
    @Test func `has every event of the specification`() {
        let names: Set<String> = [
            "login_success", "login_failed", "logout", "token_refresh", "token_theft_detected", "account_locked",
            "lockout_attempt_while_locked", "multiple_failed_logins", "rate_limited", "registered", "csrf_rejected",
        ]
        #expect(names.isSubset(of: EventType.allCases.map(\.rawValue)))
    }

    @Test(arguments: EventType.allCases)
    func `explains each event in one sentence`(type: EventType) {
        #expect(type.summary.hasSuffix("."))
        #expect(!type.summary.contains("\n"))
        #expect(!type.owaspName.isEmpty)
        let isLower = type.rawValue.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 }
        #expect(isLower)
    }
}

@Suite struct `where a request came from` {
    @Test(arguments: [
        ("Mozilla/5.0 (X11)", "Mozilla/5.0 (X11)"), ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("\u{1B}[31mred\u{7F}", "[31mred"), ("\u{0}", ""), ("tab\there", "tabhere"),
        ("next\u{85}line", "nextline"), ("\u{9B}31mred", "31mred"), ("a\u{2028}b\u{2029}c", "abc"),
        ("caf\u{E9} \u{1F680}", "caf\u{E9} \u{1F680}"), ("", ""),
    ])
    func `is kept without what could break a line`(header: String, kept: String) {
        #expect(RequestSource(ip: nil, userAgent: header, requestID: "r").userAgent == kept)
    }

    @Test func `is cut at 256 characters`() {
        let long = String(repeating: "\u{1F680}", count: 10_000)
        #expect(RequestSource(ip: nil, userAgent: long, requestID: "r").userAgent.unicodeScalars.count == 256)
    }

    @Test(arguments: DatabaseKind.available)
    func `can be written whatever a client sends`(kind: DatabaseKind) async throws {
        try await Journal.open(kind) { journal in
            let bytes = (0...255).map { UInt8($0) }
            let source = RequestSource(ip: nil, userAgent: String(decoding: bytes, as: UTF8.self), requestID: "r")
            let event = journal.event(.loginFailed, from: source)
            try await journal.database.transaction { sql in try EventRecorder().record(event, in: sql) }
            #expect(try await journal.all().first?.userAgent == source.userAgent)
        }
    }
}
