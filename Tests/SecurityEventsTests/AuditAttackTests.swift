import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

/// Whoever owns the database can do all of this. None of it goes unseen, and each is named.
@Suite struct `attacks on the sealed log` {
    private static func sealed(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (SealedJournal) async throws -> Void
    ) async throws {
        try await SealedJournal.open(kind) { log in
            // Three batches.
            for _ in 1...3 {
                try await log.record(5)
                try await log.seal()
            }
            #expect(try await log.findings() == [])
            try await body(log)
        }
    }

    @Test(
        arguments: DatabaseKind.available,
        [
            "type = 'logout_'", "at = at + 1", "user_id = NULL", "ip = '192.0.2.8'", "user_agent = 'other'",
            "request_id = 'other'", "detail = '{\"a\":\"b\"}'", "ip = NULL",
        ] as [SQL])
    func `a changed event is found, whatever was changed`(kind: DatabaseKind, change: SQL) async throws {
        try await Self.sealed(kind) { log in
            let victim = try await log.event(7)
            try await log.attack("UPDATE security_event SET \(change) WHERE id = \(victim)")
            #expect(try await log.findings() == [.changed(sequence: 7, event: victim)])
        }
    }

    @Test(arguments: DatabaseKind.available, [1, 5, 6, 15])
    func `an event that is put in the name of another is found`(kind: DatabaseKind, place: Int) async throws {
        try await Self.sealed(kind) { log in
            let victim = try await log.event(place)
            try await log.attack("UPDATE security_event SET user_id = \(Journal.ben) WHERE id = \(victim)")
            #expect(try await log.findings() == [.changed(sequence: Int64(place), event: victim)])
        }
    }

    @Test(arguments: DatabaseKind.available, [1, 8, 15])
    func `a removed event is found`(kind: DatabaseKind, place: Int) async throws {
        try await Self.sealed(kind) { log in
            let victim = try await log.event(place)
            try await log.attack("DELETE FROM security_event WHERE id = \(victim)")
            #expect(try await log.findings() == [.removed(sequence: Int64(place), event: victim)])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an event removed together with its seal is found`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let victim = try await log.event(8)
            try await log.attack(
                "DELETE FROM security_event WHERE id = \(victim)", "DELETE FROM security_seal WHERE sequence = 8")
            #expect(try await log.findings().contains(.sealsRemoved(from: 8, through: 8)))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a removed event that is passed off as pruned is found`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let victim = try await log.event(8)
            let made = [1] + [UInt8](repeating: 7, count: 64)
            try await log.attack(
                "DELETE FROM security_event WHERE id = \(victim)",
                "UPDATE security_seal SET remnant = \(made) WHERE sequence = 8")
            #expect(try await log.findings() == [.removed(sequence: 8, event: victim)])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `events whose places are exchanged are found, both of them`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let (one, other) = (try await log.event(7), try await log.event(9))
            try await log.attack(
                "UPDATE security_seal SET sequence = 1000 WHERE sequence = 7",
                "UPDATE security_seal SET sequence = 7 WHERE sequence = 9",
                "UPDATE security_seal SET sequence = 9 WHERE sequence = 1000")
            #expect(
                try await log.findings() == [
                    .reordered(sequence: 7, event: other, sealedAs: 9),
                    .reordered(sequence: 9, event: one, sealedAs: 7),
                ])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `events that are exchanged under their seals are found`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let (one, other, none) = (try await log.event(7), try await log.event(8), EventID(high: 1, low: 1))
            try await log.attack(
                "UPDATE security_seal SET event_id = \(none) WHERE sequence = 7",
                "UPDATE security_seal SET event_id = \(one) WHERE sequence = 8",
                "UPDATE security_seal SET event_id = \(other) WHERE sequence = 7")
            let found = try await log.findings()
            #expect(
                found == [
                    .reordered(sequence: 7, event: other, sealedAs: 8),
                    .reordered(sequence: 8, event: one, sealedAs: 7),
                ])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an event that is put into the past is found`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let forged = EventID(at: log.time.now - .hours(1), random: [])
            _ = try await log.database.batch([
                """
                INSERT INTO security_event (id, type, at, user_agent, request_id, detail)
                VALUES (\(forged), 'login_success', \(log.time.now - .hours(1)), '', '', '{}')
                """
            ])
            try await log.seal()
            #expect(try await log.findings() == [.inserted(event: forged, sequence: nil)])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an event that is put in with a seal of its own is found`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let forged = EventID(at: log.time.now, random: [])
            let mac = [UInt8](repeating: 3, count: 32)
            _ = try await log.database.batch([
                """
                INSERT INTO security_event (id, type, at, user_agent, request_id, detail)
                VALUES (\(forged), 'login_success', 0, '', '', '{}')
                """,
                "INSERT INTO security_seal (sequence, event_id, mac) VALUES (16, \(forged), \(mac))",
            ])
            #expect(try await log.findings() == [.inserted(event: forged, sequence: 16)])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `events that are cut off the end are found`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let cut = try await log.event(12)
            try await log.attack("DELETE FROM security_event WHERE id >= \(cut)")
            let found = try await log.findings()
            #expect(found.count == 4)
            #expect(found.first == .removed(sequence: 12, event: cut))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an end cut off with its seals and checkpoints is found`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let cut = try await log.event(11)
            try await log.attack(
                "DELETE FROM security_event WHERE id >= \(cut)", "DELETE FROM security_seal WHERE sequence > 10",
                "DELETE FROM security_checkpoint WHERE last_sequence > 10")
            #expect(try await log.findings().contains(.cutOff(after: 10, expected: 15)))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an end cut off without a trace is found by the anchor, and by the node that runs`(kind: DatabaseKind)
        async throws
    {
        try await Self.sealed(kind) { log in
            let sealer = log.audit.sealer()
            _ = try await sealer.seal()
            let anchor = try await log.anchorLines()
            let before = try await log.checkpoint(endingAt: 10)
            let cut = try await log.event(11)
            try await log.attack(
                "DELETE FROM security_event WHERE id >= \(cut)", "DELETE FROM security_seal WHERE sequence > 10",
                "DELETE FROM security_checkpoint WHERE last_sequence > 10",
                "UPDATE security_log SET sequence = 10, mac = \(before.headMAC.bytes)")
            #expect(try await log.findings() == [])
            #expect(try await log.findings(anchor: anchor) == [.cutOff(after: 10, expected: 15)])
            #expect(try await sealer.seal().foundLogSetBack)
            #expect(try await log.journal.all { $0.type = .auditTampering }.count == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a beginning that is cut off is found, though retention cuts there as well`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let cut = try await log.event(6)
            try await log.attack(
                "DELETE FROM security_event WHERE id < \(cut)", "DELETE FROM security_seal WHERE sequence < 6",
                "DELETE FROM security_checkpoint WHERE last_sequence < 6", "UPDATE security_log SET first_sequence = 6")
            #expect(try await log.findings() == [.beginningCutOff(first: 6)])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a log sealed anew by the holder of the key is found by the anchor`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            let anchor = try await log.anchorLines()
            let zero = [UInt8](repeating: 0, count: 32)
            let victim = try await log.event(3)
            try await log.attack(
                "UPDATE security_event SET ip = '192.0.2.99' WHERE id = \(victim)",
                "DELETE FROM security_seal WHERE sequence > 0",
                "DELETE FROM security_checkpoint WHERE last_sequence > 0",
                "UPDATE security_log SET sequence = 0, mac = \(zero), sealed_at = 0",
                "INSERT INTO security_unsealed (event_id) SELECT id FROM security_event")
            for _ in 1...3 { try await log.seal() }
            #expect(try await log.findings() == [])
            #expect(try await log.findings(anchor: anchor).contains(.notAsAnchored(last: 15)))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a finding is told in the log and kept for the dashboard`(kind: DatabaseKind) async throws {
        try await Self.sealed(kind) { log in
            #expect(try await log.audit.status().findings == 0)
            let victim = try await log.event(2)
            try await log.attack("UPDATE security_event SET detail = '{}', at = 5 WHERE id = \(victim)")
            _ = try await log.findings()
            let status = try await log.audit.status()
            #expect(status.findings == 1)
            #expect(status.verifiedUpTo == 15)
            #expect(status.verifiedAt == log.time.now)
            let told = try #require(try await log.journal.all { $0.type = .auditTampering }.first)
            #expect(told.detailJSON.contains(victim.description))
        }
    }
}

extension SealedJournal {
    func checkpoint(endingAt last: Int) async throws -> Checkpoint {
        try #require(
            try await Checkpoint.after(0, limit: 100, in: database).first { $0.lastSequence == Int64(last) })
    }

    func anchorLines() async throws -> [AnchorLine] {
        let all = try await Checkpoint.after(0, limit: 100, in: database)
        return AnchorLine.lines(of: all.flatMap(\.anchorLine))
    }
}
