import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `retention and erasure` {
    private static let life = Duration.days(90)

    @Test(arguments: DatabaseKind.available)
    func `what is too old goes, what is not sealed stays, and the rest is still proven`(kind: DatabaseKind) async throws
    {
        try await SealedJournal.open(kind) { log in
            try await log.record(10)
            try await log.seal()
            log.time.advance(by: .days(60))
            try await log.record(5)
            try await log.seal()
            let anchor = try await log.anchorLines()
            log.time.advance(by: .days(31))
            #expect(try await log.audit.retention(life: Self.life).prune() == 10)
            #expect(try await log.count("security_event") == 5)
            #expect(try await log.count("security_seal") == 5)
            #expect(try await log.findings(anchor: anchor) == [])
            let status = try await log.audit.status()
            #expect(status.firstSequence == 11)
            #expect(status.events == 5)
            try await log.record(4)
            log.time.advance(by: .days(200))
            try await log.audit.retention(life: Self.life).prune()
            #expect(try await log.count("security_event") == 4)
            #expect(try await log.seal() == 4)
            #expect(try await log.findings(anchor: anchor) == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `routine events go after a third of the time, and leave the chain whole`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.journal.record([(.tokenRefresh, Journal.ana), (.logout, Journal.ana), (.rateLimited, nil)])
            try await log.seal()
            log.time.advance(by: .days(29))
            #expect(try await log.audit.retention(life: Self.life).prune() == 0)
            log.time.advance(by: .days(2))
            #expect(try await log.audit.retention(life: Self.life).prune() == 2)
            #expect(try await log.journal.all().map(\.type) == ["logout"])
            #expect(try await log.findings() == [])
            log.time.advance(by: .days(60))
            #expect(try await log.audit.retention(life: Self.life).prune() == 1)
            #expect(try await log.count("security_seal") == 0)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a batch that is older than one before it in the log waits for it`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(2)
            try await log.seal()
            log.time.advance(by: .zero - .days(100))
            try await log.record(2)
            try await log.seal()
            #expect(try await log.audit.retention(life: Self.life).prune() == 0)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an erased person is in no event any more, and the log is still proven`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(6)
            try await log.journal.record([(.logout, Journal.ben)])
            try await log.seal()
            #expect(try await log.audit.erasure.erase(Journal.ana) == 4)
            let own = try await log.journal.read(.person(Journal.ana))
            #expect(own.count == 4)
            #expect(own.allSatisfy { $0.ip == nil && $0.userAgent.isEmpty && $0.detailJSON == "{}" })
            #expect(try await log.journal.read(.person(Journal.ben)).first?.ip == "192.0.2.7")
            #expect(try await log.findings() == [])
            #expect(try await log.journal.all { $0.type = .personErased }.count == 1)
            try await log.record(3)
            try await log.seal()
            #expect(try await log.audit.erasure.erase(Journal.ana) == 2)
            #expect(try await log.findings() == [])
        }
    }

    @Test(arguments: DatabaseKind.available, ["user_agent = 'forged'", "at = 5", "detail = '{\"x\":\"y\"}'"] as [SQL])
    func `nobody can write into the room that an erasure has left`(kind: DatabaseKind, change: SQL) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(4)
            try await log.seal()
            _ = try await log.audit.erasure.erase(Journal.ana)
            let victim = try await log.event(2)
            try await log.attack("UPDATE security_event SET \(change) WHERE id = \(victim)")
            #expect(try await log.findings() == [.changed(sequence: 2, event: victim)])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `events blanked without a genuine erasure are found`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.record(4)
            try await log.seal()
            let victim = try await log.event(2)
            let made = [2] + [UInt8](repeating: 7, count: 64)
            try await log.attack(
                "UPDATE security_event SET ip = NULL, user_agent = '', detail = '{}' WHERE id = \(victim)",
                "UPDATE security_seal SET remnant = \(made) WHERE sequence = 2")
            #expect(try await log.findings() == [.changed(sequence: 2, event: victim)])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `routine events of an erased person are pruned like all others`(kind: DatabaseKind) async throws {
        try await SealedJournal.open(kind) { log in
            try await log.journal.record([(.tokenRefresh, Journal.ana), (.logout, Journal.ana)])
            try await log.seal()
            _ = try await log.audit.erasure.erase(Journal.ana)
            log.time.advance(by: .days(40))
            #expect(try await log.audit.retention(life: Self.life).prune() == 1)
            #expect(try await log.findings() == [])
        }
    }
}
