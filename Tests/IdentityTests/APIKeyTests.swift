import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `an API key` {
    @Test(arguments: DatabaseKind.available)
    func `acts with its owner's role, and with another as soon as the owner has one`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register()
            let (text, _) = try await fixture.key(try await fixture.signedIn())
            #expect(try await fixture.admittance(key: text) == "agent")
            for role in [Role.admin, .lender] {
                _ = try await fixture.gate.team.setRole(.operatorShell, of: ana.id, to: role, from: .commandLine)
                #expect(try await fixture.admittance(key: text) == role.rawValue)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is nowhere in the database`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let (text, key) = try await fixture.key(try await fixture.signedIn())
            let rows = try await fixture.database.rows("SELECT * FROM api_key")
            let stored = String(describing: rows) + String(describing: try await fixture.events(.apiKeyCreated))
            #expect(!stored.contains(text.dropFirst(4).prefix(30)))
            let kept: [UInt8] = try #require(rows.first).get("key_hash")
            #expect(kept.count == 32)
            let bytes = try #require(Base32.decode(String(text.dropFirst(4))))
            #expect(!kept.starts(with: bytes.dropFirst(16).prefix(8)))
            #expect(String(describing: try #require(PresentedKey(text))).contains("<redacted>"))
            #expect(key.name == "Lead source")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cannot be planted by somebody who writes to the database`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let owner = try await fixture.register("owner", role: .owner)
            try await fixture.register("mallory")
            let (text, key) = try await fixture.key(try await fixture.signedIn("mallory"))
            // Mallory gives their own key to the owner.
            try await fixture.database.transaction { sql in
                try sql.run("UPDATE api_key SET account_id = \(owner.id) WHERE id = \(key.id)")
            }
            #expect(try await fixture.admittance(key: text) == "wrong_secret")
            // Or writes the hash of their key into the row of another.
            let (_, other) = try await fixture.key(try await fixture.signedIn("owner"))
            try await fixture.database.transaction { sql in
                let hash: [UInt8] = try #require(try sql.row("SELECT key_hash FROM api_key WHERE id = \(key.id)"))
                    .get("key_hash")
                try sql.run("DELETE FROM api_key WHERE id = \(key.id)")
                try sql.run("UPDATE api_key SET id = \(key.id), key_hash = \(hash) WHERE id = \(other.id)")
            }
            #expect(try await fixture.admittance(key: text) == "wrong_secret")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that is known costs no query, and its use none either`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { plain in
            try await plain.register()
            let (text, _) = try await plain.key(try await plain.signedIn())
            let watched = WatchedDatabase(plain.database)
            let fixture = try await plain.reopened(on: watched)
            let before = watched.roundTrips
            for _ in 1...50 { #expect(try await fixture.admittance(key: text) == "agent") }
            #expect(watched.roundTrips == before + 1)
            fixture.time.advance(by: KnownKeys.life)
            #expect(try await fixture.admittance(key: text) == "agent")
            #expect(watched.roundTrips == before + 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `counts to the millisecond of its end`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let end = fixture.time.now + .seconds(30)
            let (text, _) = try await fixture.key(try await fixture.signedIn()) { $0.expiresAt = end }
            fixture.time.advance(by: .seconds(30) - .milliseconds(1))
            #expect(try await fixture.admittance(key: text) == "agent")
            fixture.time.advance(by: .milliseconds(1))
            // It is known still; known keys run out too.
            #expect(try await fixture.admittance(key: text) == "expired")
            #expect(try await fixture.reopened().admittance(key: text) == "expired")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `counts in its networks alone, and nowhere when nobody knows the address`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let networks = ["198.51.100.0/24", "2001:db8::/32", "203.0.113.9"].compactMap { IPNetwork($0) }
            let (text, _) = try await fixture.key(try await fixture.signedIn()) { $0.networks = networks }
            for inside in ["198.51.100.7", "::ffff:198.51.100.7", "2001:db8::1", "203.0.113.9"] {
                #expect(try await fixture.admittance(key: text, from: IPAddress(inside)) == "agent", "\(inside)")
            }
            for outside in ["198.51.101.7", "2001:db9::1", "203.0.113.8", "127.0.0.1", "::1"] {
                #expect(
                    try await fixture.admittance(key: text, from: IPAddress(outside)) == "foreign_network", "\(outside)"
                )
            }
            #expect(try await fixture.admittance(key: text, from: nil) == "foreign_network")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `with networks that cannot be read is refused and never wider`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let (text, key) = try await fixture.key(try await fixture.signedIn())
            try await fixture.database.transaction { sql in
                try sql.run("UPDATE api_key SET networks = 'nonsense' WHERE id = \(key.id)")
            }
            await #expect(throws: StorageError.self) { try await fixture.admittance(key: text) }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells when and from where it was last used, written down in one statement`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { plain in
            try await plain.register()
            let watched = WatchedDatabase(plain.database)
            let fixture = try await plain.reopened(on: watched)
            let grant = try await fixture.signedIn()
            let used = try await fixture.key(grant, "used")
            try await fixture.key(grant, "unused")
            fixture.time.advance(by: .seconds(10))
            #expect(try await fixture.admittance(key: used.text) == "agent")
            let address = try #require(GateFixture.source.ip)
            func uses(_ node: GateFixture) async throws -> [String: String] {
                try await node.keys(grant).reduce(into: [:]) { uses, key in
                    uses[key.name] = "\(key.lastUsedAt?.iso8601 ?? "never") \(key.lastUsedFrom?.description ?? "-")"
                }
            }
            let expected = ["used": "\(fixture.time.now.iso8601) \(address)", "unused": "never -"]
            #expect(try await uses(fixture) == expected)
            #expect(try await uses(plain)["used"] == "never -", "not written yet")
            let before = watched.batches.count
            try await fixture.gate.keyUses.flush(to: watched)
            #expect(watched.batches.dropFirst(before) == [1])
            #expect(try await uses(plain) == expected)
            // From an address that nobody knows; and an older use does not overwrite.
            fixture.time.advance(by: .seconds(10))
            #expect(try await fixture.admittance(key: used.text, from: nil) == "agent")
            fixture.gate.keyUses.note(used.key.id, at: TestWorld.start, from: address)
            try await fixture.gate.keyUses.flush(to: watched)
            #expect(try await uses(plain)["used"] == "\(fixture.time.now.iso8601) -")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose use could not be written down is written the next time`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let (text, _) = try await fixture.key(grant)
            #expect(try await fixture.admittance(key: text) == "agent")
            let watched = WatchedDatabase(fixture.database)
            watched.whenBatching { throw StorageError.unavailable("gone") }
            await #expect(throws: StorageError.self) { try await fixture.gate.keyUses.flush(to: watched) }
            watched.whenBatching(nil)
            try await fixture.gate.keyUses.flush(to: watched)
            let row = try await fixture.database.rows("SELECT last_used_at FROM api_key")
            #expect(try #require(row.first).get("last_used_at", as: Timestamp.self) == fixture.time.now)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is forgotten 90 days after its end`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let revoked = try await fixture.key(grant, "revoked")
            try await fixture.key(grant, "over") { $0.expiresAt = fixture.time.now + .hours(1) }
            try await fixture.key(grant, "good")
            _ = try await fixture.gate.apiKeys.revoke(
                revoked.key.id, GateFixture.scope(grant), try fixture.proof(grant), from: GateFixture.source)
            func names() async throws -> Set<String> {
                try await fixture.gate.pruneWhatRanOut()
                return Set(
                    try await fixture.database.rows("SELECT name FROM api_key").map { row -> String in
                        try row.get("name")
                    })
            }
            fixture.time.advance(by: .days(90) - .milliseconds(1))
            #expect(try await names() == ["revoked", "over", "good"])
            fixture.time.advance(by: .milliseconds(1))
            #expect(try await names() == ["over", "good"])
            fixture.time.advance(by: .hours(1))
            #expect(try await names() == ["good"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that was made under an older key of the ring counts on`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let (old, _) = try await fixture.key(try await fixture.signedIn())
            let added = try await fixture.gate.ring.rotate(.apiKeys, publishFor: .minutes(10), overlap: .minutes(20))
            fixture.time.advance(by: .days(400))
            #expect(fixture.gate.ring.active(.apiKeys)?.id == added.id)
            let (new, _) = try await fixture.key(try await fixture.signedIn())
            for node in [fixture, try await fixture.reopened()] {
                #expect(try await node.admittance(key: old) == "agent")
                #expect(try await node.admittance(key: new) == "agent")
            }
        }
    }
}
