import Accounts
import Core
import Identity
import JWTKit
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `key ring` {
    private static func secret(_ secret: String, previous: [String] = []) -> ServerSecret {
        GateFixture.configuration(secret, previous: previous).secret
    }

    private static let nextSecret = "the-next-secret-of-the-tests-0123456789"

    @Test(arguments: DatabaseKind.available)
    func `nodes that open one database at once agree on every key`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let world = TestWorld().world
            _ = try await GateFixture.migrator.migrate(database, now: world.now())
            let rings = try await withThrowingTaskGroup(of: KeyRing.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        try await KeyRing.open(
                            database, secret: Self.secret(GateFixture.secret), uses: RingKey.Use.allCases, world: world)
                    }
                }
                return try await group.reduce(into: [KeyRing]()) { $0.append($1) }
            }
            for use in RingKey.Use.allCases {
                #expect(Set(rings.map { $0.active(use)?.material.exposed }).count == 1)
                #expect(rings.allSatisfy { $0.accepted(use).count == 1 })
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a wrong secret is refused by name and changes nothing`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            await #expect(throws: KeyRing.Failure.wrappedUnderUnknownSecret(keyID: "password-sealing-1")) {
                try await fixture.reopened { $0.secret = Self.secret(Self.nextSecret) }
            }
            _ = try await fixture.reopened().signedIn()
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a previous secret wraps the keys anew and is then not needed`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.algorithm = .edDSA }) { fixture in
            try await fixture.register()
            let token = try fixture.gate.accessTokens.mint(fixture.claims())
            _ = try await fixture.reopened {
                $0.secret = Self.secret(Self.nextSecret, previous: [GateFixture.secret])
            }
            let alone = try await fixture.reopened { $0.secret = Self.secret(Self.nextSecret) }
            #expect(try await alone.signIn().kind == "signed in")
            #expect(alone.verdict(token) == "accepted")
            await #expect(throws: KeyRing.Failure.self) { try await fixture.reopened() }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key that was tampered with or moved opens nothing`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.algorithm = .edDSA }) { fixture in
            _ = try await fixture.database.transaction { sql in
                try sql.changes(
                    """
                    UPDATE key_ring SET wrapped = (SELECT other.wrapped FROM key_ring AS other
                        WHERE other.id = 'signing-eddsa-1')
                    WHERE id = 'password-sealing-1'
                    """)
            }
            await #expect(throws: KeyRing.Failure.wrappedUnderUnknownSecret(keyID: "password-sealing-1")) {
                try await fixture.gate.ring.reload()
            }
            // What was read before stays in use.
            #expect(fixture.gate.ring.active(.passwordSealing) != nil)
        }
    }

    @Test(arguments: DatabaseKind.available, [AccessTokenAlgorithm.edDSA, .es256])
    func `the published keys verify our tokens in another library`(
        kind: DatabaseKind, algorithm: AccessTokenAlgorithm
    ) async throws {
        try await GateFixture.open(kind, { $0.algorithm = algorithm }) { fixture in
            let token = try fixture.gate.accessTokens.mint(fixture.claims())
            let published = try JWKSText(try algorithm.keySet(of: fixture.gate.ring))
            #expect(published.keys.map(\.alg) == [algorithm.rawValue])
            #expect(published.keys.map(\.kty) == [algorithm == .edDSA ? "OKP" : "EC"])
            #expect(published.keys.map(\.crv) == [algorithm == .edDSA ? "Ed25519" : "P-256"])
            #expect(!published.json.contains("\"d\""))
            let keys = try await JWTKeyCollection().add(jwksJSON: published.json)
            let payload = try await keys.verify(token, as: ForeignPayload.self)
            #expect(payload.iss == "https://crm.example.com")
            #expect(payload.sub == fixture.claims().userID.description)
        }
    }

    @Test func `nothing is published when the secret signs`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let keySet = try AccessTokenAlgorithm.hs256.keySet(of: fixture.gate.ring)
            #expect(String(decoding: keySet, as: UTF8.self) == #"{"keys":[]}"#)
        }
    }

    @Test(arguments: DatabaseKind.available, [AccessTokenAlgorithm.edDSA, .es256])
    func `a rotated key is published before it signs, and the one before it verifies until it retires`(
        kind: DatabaseKind, algorithm: AccessTokenAlgorithm
    ) async throws {
        try await GateFixture.open(
            kind,
            { configuration in
                configuration.algorithm = algorithm
                configuration.clocks.accessToken = .hours(5)
            }
        ) { fixture in
            let forge = Forge(secret: "")
            let gate = fixture.gate
            func mint() async throws -> (token: String, kid: String) {
                let token = try gate.accessTokens.mint(fixture.claims(life: .hours(5)))
                return (token, try forge.keyID(of: token))
            }
            let use = try #require(algorithm.ringUse)
            let before = try await mint()
            let key = try await gate.ring.rotate(use, publishFor: .minutes(10), overlap: .minutes(20))
            try await gate.accessTokens.reloadKeys()
            let published = try JWKSText(try algorithm.keySet(of: gate.ring))
            #expect(Set(published.keys.map(\.kid)) == [before.kid, key.id])
            #expect(try await mint().kid == before.kid)

            fixture.time.advance(by: .minutes(10))
            try await gate.accessTokens.reloadKeys()
            let after = try await mint()
            #expect(after.kid == key.id)
            #expect(fixture.verdict(before.token) == "accepted")
            #expect(fixture.verdict(after.token) == "accepted")

            fixture.time.advance(by: .minutes(20))
            try await gate.accessTokens.reloadKeys()
            #expect(fixture.verdict(before.token) == "invalid")
            #expect(fixture.verdict(after.token) == "accepted")
            #expect(try JWKSText(try algorithm.keySet(of: gate.ring)).keys.map(\.kid) == [key.id])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a key that another node has rotated in becomes known`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.algorithm = .edDSA }) { fixture in
            let other = try await fixture.reopened()
            _ = try await other.gate.ring.rotate(.signingEdDSA, publishFor: .zero, overlap: .minutes(20))
            try await other.gate.accessTokens.reloadKeys()
            let token = try other.gate.accessTokens.mint(fixture.claims())
            #expect(fixture.verdict(token) == "invalid")
            try await fixture.gate.ring.reload()
            try await fixture.gate.accessTokens.reloadKeys()
            #expect(fixture.verdict(token) == "accepted")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a rotation that overtakes a planned one leaves a key that signs`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind, { $0.algorithm = .edDSA }) { fixture in
            let gate = fixture.gate
            _ = try await gate.ring.rotate(.signingEdDSA, publishFor: .hours(2), overlap: .minutes(20))
            _ = try await gate.ring.rotate(.signingEdDSA, publishFor: .zero, overlap: .minutes(20))
            for _ in 1...8 {
                try await gate.ring.reload()
                try await gate.accessTokens.reloadKeys()
                let token = try gate.accessTokens.mint(fixture.claims())
                #expect(fixture.verdict(token) == "accepted")
                fixture.time.advance(by: .minutes(30))
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `two rotations of one use in a row keep every password readable`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            try await fixture.register()
            for _ in 1...2 {
                _ = try await fixture.gate.ring.rotate(.passwordSealing, publishFor: .zero, overlap: .zero)
                fixture.time.advance(by: .days(400))
            }
            #expect(try await fixture.reopened().signIn().kind == "signed in")
        }
    }
}
