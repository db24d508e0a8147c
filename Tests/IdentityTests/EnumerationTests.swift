import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

/// What an answer cost: if a known and an unknown address cost the same, nothing can be told from the time.
private struct Work: Equatable {
    let statements: Int
    let transactions: Int
    let hashes: Int
    let outboxRows: Int
    let events: Int
}

@Suite struct `a known and an unknown address` {
    private static func work(
        _ fixture: GateFixture, _ deed: (Gate) async throws -> Void
    ) async throws -> Work {
        let watched = WatchedDatabase(fixture.database)
        let counted = try await fixture.reopened(on: watched)
        let (items, events) = try await (fixture.outboxItems().count, fixture.eventCount())
        let (statements, transactions) = (watched.statements, watched.roundTrips)
        let hashes = counted.gate.hashing.done
        try await deed(counted.gate)
        return Work(
            statements: watched.statements - statements, transactions: watched.roundTrips - transactions,
            hashes: counted.gate.hashing.done - hashes, outboxRows: try await fixture.outboxItems().count - items,
            events: try await fixture.eventCount() - events)
    }

    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (GateFixture) async throws -> Void
    ) async throws {
        try await GateFixture.open(
            kind,
            { configuration in
                configuration.sendsMail = true
                configuration.registrationMode = .open
                configuration.signIn.requiresVerifiedEmail = true
            }
        ) { fixture in
            try await fixture.register("known")
            try await body(fixture)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cost the same work at sign-in, from the first failure to the lock`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            for attempt in 1...6 {
                var work: [Work] = []
                for name in ["known", "unknown"] {
                    work.append(
                        try await Self.work(fixture) { gate in
                            _ = try await gate.signIn.signIn(
                                typedAddress: "\(name)@example.com", password: GateFixture.wrongPassword,
                                deviceCookies: [], from: GateFixture.source)
                        })
                }
                #expect(work[0] == work[1], "attempt \(attempt)")
                #expect(work[0].hashes == (attempt < 6 ? 1 : 0))
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cost the same statements when the source has used up its budget of events`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            for number in 1...30 {
                try await fixture.gate.passwordReset.request("u\(number)@x.example", from: GateFixture.source)
            }
            var work: [Work] = []
            for name in ["known", "unknown"] {
                work.append(
                    try await Self.work(fixture) {
                        try await $0.passwordReset.request("\(name)@example.com", from: GateFixture.source)
                    })
            }
            #expect(work[0] == work[1])
            #expect(work[0].events == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cost the same work when a password is forgotten and when a link is sent again`(kind: DatabaseKind)
        async throws
    {
        try await Self.open(kind) { fixture in
            var forgotten: [Work] = []
            var resent: [Work] = []
            for typed in ["known@example.com", "unknown@example.com", "no address"] {
                forgotten.append(
                    try await Self.work(fixture) { try await $0.passwordReset.request(typed, from: GateFixture.source) }
                )
                resent.append(
                    try await Self.work(fixture) {
                        try await $0.emailVerification.resend(typed, from: GateFixture.source)
                    })
            }
            for work in [forgotten, resent] {
                #expect(work[0] == work[1])
                #expect(work[0] == work[2])
                #expect(work[0].outboxRows == 1)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cost the same work at registration`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { fixture in
            var work: [Work] = []
            for name in ["known", "unknown"] {
                let applicant = try GateFixture.applicant(name)
                work.append(
                    try await Self.work(fixture) { gate in
                        let outcome = try await gate.registration.register(
                            applicant, invitation: nil, from: GateFixture.source)
                        guard case .verificationRequired = outcome else {
                            Issue.record("\(outcome)")
                            return
                        }
                    })
            }
            #expect(work[0] == work[1])
            #expect(work[0].hashes == 1)
            #expect(work[0].outboxRows == 1)
        }
    }
}

extension GateFixture {
    fileprivate func eventCount() async throws -> Int {
        try await database.rows("SELECT count(*) AS n FROM security_event").first?.get("n") ?? -1
    }
}
