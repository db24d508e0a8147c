import Accounts
import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `the form of an API key` {
    @Test func `is what a secret scanner looks for`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            for _ in 1...20 {
                let (text, key) = try await fixture.key(grant)
                #expect(text.wholeMatch(of: /ghk_[a-z2-7]{72}/) != nil)
                #expect(text.hasSuffix(key.hint))
                #expect(key.hint.count == 4)
            }
        }
    }

    @Test func `has one spelling, and none with a character changed, left out or added`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            try await fixture.register()
            let (text, _) = try await fixture.key(try await fixture.signedIn())
            #expect(PresentedKey(text)?.text.exposed == text)
            let characters = Array(text)
            for index in characters.indices {
                var other = characters
                other[index] = other[index] == "a" ? "b" : "a"
                #expect(PresentedKey(String(other)) == nil, "\(index)")
                other.remove(at: index)
                #expect(PresentedKey(String(other)) == nil, "\(index)")
            }
            for other in [text.uppercased(), text + "a", text + "=", " " + text, text + "\u{0}", "ghk_", ""] {
                #expect(PresentedKey(other) == nil)
            }
        }
    }

    @Test func `can be read from any text without harm`() {
        let world = TestWorld()
        let alphabet = Array("ghk_abcdefghijklmnopqrstuvwxyz234567AZ089é\u{0}🔑")
        for length in 0...200 {
            let bytes = world.randomBytes(length)
            let text = String(bytes.map { alphabet[Int($0) % alphabet.count] })
            #expect(PresentedKey(text) == nil)
            #expect(PresentedKey("ghk_" + text) == nil)
            #expect(PresentedKey("ghk_" + Base32.encode(bytes).lowercased()) == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of another installation costs no query`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            let grant = try await fixture.signedIn()
            let watched = WatchedDatabase(fixture.database)
            let node = try await fixture.reopened(on: watched)
            // Made under another ring: the check is right, the seal is not.
            let strange = try await Self.strangeKey()
            let before = watched.roundTrips
            #expect(try await node.admittance(key: strange) == "unknown")
            #expect(watched.roundTrips == before)
            // One that was made here is asked for.
            let (text, _) = try await fixture.key(grant)
            #expect(try await node.admittance(key: text) == "agent")
            #expect(watched.roundTrips == before + 1)
        }
    }

    /// A key of another installation.
    private static func strangeKey() async throws -> String {
        try await withDatabase(.sqlite) { database in
            let time = TestWorld(seed: 99)
            _ = try await GateFixture.migrator.migrate(database, now: time.world.now())
            let ring = try await KeyRing.open(
                database, secret: ServerSecret(current: Secret(Array(GateFixture.secret.utf8))), uses: [.apiKeys],
                world: time.world)
            let owner: AccountID = time.world.identifier()
            let made = try APIKeyHashes(ring: ring).make(
                time.world.identifier(), secret: time.randomBytes(PresentedKey.secretLength), of: owner)
            return made.key.text.exposed
        }
    }
}
