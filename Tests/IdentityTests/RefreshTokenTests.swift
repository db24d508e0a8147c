import Core
import SecurityEvents
import Storage
import TestSupport
import Testing

@testable import Accounts
@testable import Identity
@testable import Sessions

@Suite struct `refresh tokens` {
    @Test(arguments: DatabaseKind.available)
    func `that were bent in any bit are refused without a query`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { plain in
            try await plain.register()
            let watched = WatchedDatabase(plain.database)
            let fixture = try await plain.reopened(on: watched)
            let grant = try await fixture.signedIn()
            let bytes = try #require(Base64URL.decode(grant.refreshToken))
            let before = watched.roundTrips
            for bit in 0..<(bytes.count * 8) {
                var bent = bytes
                bent[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(try await fixture.refresh(Base64URL.encode(bent)).refusal == .invalid)
            }
            #expect(watched.roundTrips == before)
            #expect(try await fixture.refresh(grant.refreshToken).grant != nil)
            #expect(watched.roundTrips == before + 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that were cut, lengthened or put together are refused without a query`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { plain in
            try await plain.register()
            let watched = WatchedDatabase(plain.database)
            let fixture = try await plain.reopened(on: watched)
            let phone = try await fixture.refreshed(try await fixture.signedIn().refreshToken)
            let laptop = try await fixture.signedIn()
            let token = phone.refreshToken
            let (one, other) = (
                try #require(Base64URL.decode(token)), try #require(Base64URL.decode(laptop.refreshToken))
            )
            // The session of one with the generation, or with generation and code, of the other.
            var spliced: [String] = []
            for parts in [
                [one[..<17], other[17..<25], one[25...]], [one[..<17], other[17...]], [one[..<25], other[25...]],
            ] {
                spliced.append(Base64URL.encode(Array(parts.joined())))
            }
            var cut = [String(token.dropFirst())]
            for length in 0..<token.count { cut.append(String(token.prefix(length))) }
            let longer = [token + "A", token + "=", token + "\n", " " + token, token + token, token + "\u{0}"]
            let foreign = ["", "null", String(repeating: "A", count: 76), String(repeating: "A", count: 100_000)]
            let before = watched.roundTrips
            for text in spliced + cut + longer + foreign {
                #expect(try await fixture.refresh(text).refusal == .invalid)
            }
            #expect(watched.roundTrips == before)
        }
    }

    @Test func `random bytes are never recognised`() {
        var dice = Dice(seed: 7)
        let tokens = RefreshTokens(secret: GateFixture.configuration().secret)
        for _ in 0..<5_000 {
            var bytes = dice.bytes(dice.happens(percent: 80) ? 57 : dice.number(0...75))
            if dice.happens(percent: 80), !bytes.isEmpty { bytes[0] = 1 }
            #expect(tokens.recognize(Base64URL.encode(bytes)) == nil)
            #expect(tokens.recognize(String(decoding: bytes, as: UTF8.self)) == nil)
        }
    }

    @Test func `are the same for the same generation and differ for every other`() {
        let tokens = RefreshTokens(secret: GateFixture.configuration().secret)
        let session = SessionID(high: 3, low: 4)
        #expect(tokens.token(session: session, generation: 1) == tokens.token(session: session, generation: 1))
        let all = [1, 2, 3, Int64.max].map { tokens.token(session: session, generation: $0) }
        #expect(Set(all).count == 4)
        for (generation, token) in zip([1, 2, 3, Int64.max], all) {
            let known = tokens.recognize(token)
            #expect(known == PresentedRefreshToken(sessionID: session, generation: generation))
        }
    }

    @Test func `of another secret are not recognised`() {
        let tokens = RefreshTokens(secret: GateFixture.configuration().secret)
        let others = RefreshTokens(secret: GateFixture.configuration("quite-another-secret-0123456789abcdef").secret)
        let token = others.token(session: SessionID(high: 3, low: 4), generation: 1)
        #expect(tokens.recognize(token) == nil)
    }

    @Test(arguments: DatabaseKind.available)
    func `name their session to whoever signs out with them`(kind: DatabaseKind) async throws {
        try await GateFixture.open(kind) { fixture in
            let account = try await fixture.register()
            let first = try await fixture.signedIn()
            _ = try await fixture.refreshed(first.refreshToken)
            let owners = try await fixture.gate.refresh.owners(of: ["garbage", first.refreshToken])
            #expect(owners.count == 1)
            #expect(try #require(owners.first) == (first.session.id, account.id))
            #expect(try await fixture.gate.refresh.owners(of: [first.refreshToken + "A"]).isEmpty)
        }
    }
}
