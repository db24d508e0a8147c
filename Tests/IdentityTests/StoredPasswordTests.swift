import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@testable import Accounts
@testable import Credentials
@testable import Identity
@testable import Sessions

@Suite struct `stored passwords` {
    /// The sealed hash of an account, and the hash inside.
    private static func stored(
        _ fixture: GateFixture, _ account: AccountID
    ) async throws -> (sealed: PasswordStore.Sealed, hash: String) {
        let rows = try await fixture.database.rows(
            "SELECT key_id, sealed_hash FROM account_password WHERE account_id = \(account)")
        let sealed = try #require(try rows.first.flatMap(PasswordStore.Sealed.init))
        let store = PasswordStore(ring: fixture.gate.ring, world: fixture.time.world)
        return (sealed, try #require(store.open(sealed, for: account)))
    }

    @Test(arguments: DatabaseKind.available)
    func `are hashed anew at sign-in when the cost has risen`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            #expect(try await Self.stored(fixture, account.id).hash.hasPrefix("$argon2id$v=19$m=8,t=1,p=1$"))
            let dearer = try await fixture.reopened { $0.hashCost = .init(memoryKiB: 16, passes: 2) }
            _ = try await dearer.signIn(password: GateFixture.wrongPassword)
            #expect(try await Self.stored(dearer, account.id).hash.hasPrefix("$argon2id$v=19$m=8,t=1,p=1$"))
            _ = try await dearer.signedIn()
            let renewed = try await Self.stored(dearer, account.id)
            #expect(renewed.hash.hasPrefix("$argon2id$v=19$m=16,t=2,p=1$"))
            _ = try await dearer.signedIn()
            #expect(try await Self.stored(dearer, account.id).sealed == renewed.sealed)
        }
    }

    /// Counts what is computed, because a clock would tell about this machine alone.
    @Test(
        arguments: [(8, 1), (64, 1), (100, 2), (64, 3), (128, 2), (300, 2)], [GateFixture.password, "Wrong-Password-1"])
    func `of a lower cost take as much work as an address without one`(
        old: (memoryKiB: Int, passes: Int), password: String
    ) async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let world = fixture.time.world
            let store = PasswordStore(ring: fixture.gate.ring, world: world)
            let account: AccountID = world.identifier()
            let typed = try #require(Password(GateFixture.password))
            let former = PasswordHasher(cost: .init(memoryKiB: old.memoryKiB, passes: old.passes), world: world)
            let sealed = try store.seal(try former.hash(typed), for: account)
            let hasher = PasswordHasher(cost: .init(memoryKiB: 128, passes: 2), world: world)
            let verifier = PasswordVerifier(hasher: hasher, pool: fixture.gate.hashing, store: store)
            _ = try await verifier.check(Password(password), of: nil, stored: nil)
            let unknown = hasher.work.done
            #expect(unknown == 256)
            let verdict = try await verifier.check(Password(password), of: account, stored: sealed)
            var known = hasher.work.done - unknown
            if case .right(let renewed) = verdict, renewed != nil { known -= 256 }
            // What was dearer stays so.
            #expect(known == max(256, old.memoryKiB * old.passes))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are sealed anew at sign-in when the sealing key was rotated`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let before = try await Self.stored(fixture, account.id)
            let key = try await fixture.gate.ring.rotate(.passwordSealing, publishFor: .zero, overlap: .zero)
            _ = try await fixture.signedIn()
            let after = try await Self.stored(fixture, account.id)
            #expect(before.sealed.keyID == "password-sealing-1")
            #expect(after.sealed.keyID == key.id)
            #expect(after.hash == before.hash)
            _ = try await fixture.reopened().signedIn()
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `open nothing when they are moved to another account`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let ana = try await fixture.register("ana")
            let ben = try await fixture.register("ben", password: "Qv3-anchor-Violet-60")
            _ = try await fixture.database.transaction { sql in
                try sql.changes(
                    """
                    UPDATE account_password
                    SET sealed_hash = (SELECT other.sealed_hash FROM account_password AS other
                        WHERE other.account_id = \(ben.id))
                    WHERE account_id = \(ana.id)
                    """)
            }
            #expect(try await fixture.signIn("ana", password: "Qv3-anchor-Violet-60").kind == "invalid credentials")
            #expect(try await fixture.signIn("ana").kind == "invalid credentials")
            #expect(try await fixture.signIn("ben", password: "Qv3-anchor-Violet-60").kind == "signed in")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are not readable in the table`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let sealed = try await Self.stored(fixture, account.id).sealed.bytes
            #expect(!String(decoding: sealed, as: UTF8.self).contains("argon2id"))
        }
    }

    @Test func `of an absurd cost match nothing`() throws {
        let hasher = PasswordHasher(cost: .init(memoryKiB: 8, passes: 1), world: TestWorld().world)
        let password = try #require(Password(GateFixture.password))
        let hash = try hasher.hash(password)
        #expect(hasher.verify(password, against: hash))
        for stored in [
            hash.replacing("m=8,", with: "m=4294967295,"), hash.replacing("t=1,", with: "t=4294967295,"),
            hash.replacing("argon2id", with: "argon2i"), "", "$", "$$$$$", "$argon2id$v=19$m=8$t=1$p=1$x",
            String(hash.dropLast()), hash + "A", "plain:" + GateFixture.password,
        ] {
            #expect(!hasher.verify(password, against: stored))
        }
    }

    @Test func `of one text typed in two ways are the same password`() throws {
        let hasher = PasswordHasher(cost: .init(memoryKiB: 8, passes: 1), world: TestWorld().world)
        let composed = try #require(Password("Caf\u{E9}-quilt-91-\u{1F469}\u{200D}\u{1F680}"))
        let decomposed = try #require(Password("Cafe\u{301}-quilt-91-\u{1F469}\u{200D}\u{1F680}"))
        #expect(hasher.verify(decomposed, against: try hasher.hash(composed)))
        #expect(!hasher.verify(try #require(Password("Cafe-quilt-91-\u{1F680}")), against: try hasher.hash(composed)))
    }

    @Test func `read the published vector`() throws {
        // libsodium's own test vector for Argon2id (test/default/pwhash_argon2id.c).
        let hasher = PasswordHasher(cost: .init(memoryKiB: 8, passes: 1), world: TestWorld().world)
        let stored =
            "$argon2id$v=19$m=256,t=3,p=1$MDEyMzQ1Njc$G5ajKFCoUzaXRLdz7UJb5wGkb2Xt+X5/GQjUYtS2+TE"
        #expect(hasher.verify(try #require(Password("password")), against: stored))
        #expect(!hasher.verify(try #require(Password("passwore")), against: stored))
    }
}
