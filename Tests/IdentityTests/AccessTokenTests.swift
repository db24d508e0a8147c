import Accounts
import Core
import Crypto
import Identity
import JWTKit
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct `access tokens` {
    @Test(arguments: AccessTokenAlgorithm.allCases)
    func `say after verification what they were made from`(algorithm: AccessTokenAlgorithm) async throws {
        try await GateFixture.open(.sqlite, { $0.algorithm = algorithm }) { fixture in
            let claims = fixture.claims()
            let token = try fixture.gate.accessTokens.mint(claims)
            #expect(fixture.gate.accessTokens.verify(token) == .success(claims))
        }
    }

    @Test(arguments: AccessTokenAlgorithm.allCases)
    func `expire at their second`(algorithm: AccessTokenAlgorithm) async throws {
        try await GateFixture.open(.sqlite, { $0.algorithm = algorithm }) { fixture in
            let token = try fixture.gate.accessTokens.mint(fixture.claims(life: .minutes(15)))
            fixture.time.advance(by: .minutes(15) - .milliseconds(1))
            #expect(fixture.gate.admit(accessToken: token).kind == "admitted")
            fixture.time.advance(by: .milliseconds(1))
            #expect(fixture.gate.admit(accessToken: token).kind == "expired")
            fixture.time.advance(by: .seconds(1))
            #expect(fixture.gate.admit(accessToken: token).kind == "expired")
        }
    }

    @Test(arguments: AccessTokenAlgorithm.allCases)
    func `are refused when any bit of them is bent`(algorithm: AccessTokenAlgorithm) async throws {
        try await GateFixture.open(.sqlite, { $0.algorithm = algorithm }) { fixture in
            let token = Array(try fixture.gate.accessTokens.mint(fixture.claims()).utf8)
            // Seen once and remembered, so that what is remembered is put to the test as well.
            #expect(fixture.verdict(String(decoding: token, as: UTF8.self)) == "accepted")
            for index in token.indices {
                for bit in [0, 1, 5] as [UInt8] {
                    var bent = token
                    bent[index] ^= 1 << bit
                    let text = String(decoding: bent, as: UTF8.self)
                    #expect(fixture.gate.accessTokens.verify(text) == .failure(.invalid))
                }
            }
        }
    }

    @Test func `that were forged in the header are refused`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let forge = Forge(secret: GateFixture.secret)
            let payload = forge.payload(fixture)
            let kid = try forge.keyID(of: try fixture.gate.accessTokens.mint(fixture.claims()))
            func header(_ alg: String, typ: String = "at+jwt", kid: String) -> String {
                #"{"alg":"\#(alg)","typ":"\#(typ)","kid":"\#(kid)"}"#
            }
            // The forge itself must work, or the refusals below would prove nothing.
            #expect(fixture.verdict(forge.hs256(header("HS256", kid: kid), payload)) == "accepted")
            let forged = [
                forge.hs256(header("none", kid: kid), payload), forge.unsigned(header("none", kid: kid), payload),
                forge.unsigned(header("None", kid: kid), payload), forge.unsigned(header("HS256", kid: kid), payload),
                forge.hs384(header("HS384", kid: kid), payload), forge.hs384(header("HS256", kid: kid), payload),
                forge.hs256(header("hs256", kid: kid), payload), forge.hs256(header("HS256", kid: "x"), payload),
                forge.hs256(header("HS256", kid: ""), payload), forge.hs256(header("HS256", kid: "../key"), payload),
                forge.hs256(#"{"alg":"HS256","typ":"at+jwt"}"#, payload),
                forge.hs256(#"{"alg":"HS256","typ":"at+jwt","kid":null}"#, payload),
                forge.hs256(header("HS256", typ: "JWT", kid: kid), payload),
                forge.hs256(header("HS256", typ: "application/at+jwt", kid: kid), payload),
                forge.hs256(#"{"alg":"HS256","kid":"\#(kid)"}"#, payload), forge.hs256("", payload),
                forge.hs256("[]", payload), forge.hs256("\u{0}", payload),
            ]
            for token in forged { #expect(fixture.verdict(token) == "invalid") }
        }
    }

    @Test func `that were made for something else are refused`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let forge = Forge(secret: GateFixture.secret)
            let kid = try forge.keyID(of: try fixture.gate.accessTokens.mint(fixture.claims()))
            let header = #"{"alg":"HS256","typ":"at+jwt","kid":"\#(kid)"}"#
            let bent: [(String, String)] = [
                ("iss", #""https://evil.example""#), ("aud", #""another-service""#), ("aud", #"["gatehouse","x"]"#),
                ("sub", #""not-an-id""#), ("sid", #""""#), ("role", #""root""#), ("exp", #""never""#), ("exp", "null"),
                ("exp", "1e400"), ("iat", "{}"), ("amr", #""pwd""#),
            ]
            for (claim, value) in bent {
                let token = forge.hs256(header, forge.payload(fixture, [claim: value]))
                #expect(fixture.verdict(token) == "invalid", "\(claim)")
            }
            let old = forge.payload(fixture, ["exp": String(fixture.time.now.seconds - 1)])
            #expect(fixture.verdict(forge.hs256(header, old)) == "expired")
            for exp in ["0", "-1", "-9223372036854775808"] {
                #expect(fixture.verdict(forge.hs256(header, forge.payload(fixture, ["exp": exp]))) == "expired")
            }
        }
    }

    @Test func `of another shape are refused`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let token = try fixture.gate.accessTokens.mint(fixture.claims())
            let parts = token.split(separator: ".").map(String.init)
            var shapes = [
                "", ".", "..", "...", parts[0] + "." + parts[1], token + ".", "." + token, token + "." + parts[2],
                parts[0] + ".." + parts[2], parts[0] + "." + parts[1] + ".", token + "=", token + "\n", " " + token,
                token + "A", String(repeating: "A", count: 100_000), parts[1] + "." + parts[0] + "." + parts[2],
            ]
            shapes += (0..<token.count).map { String(token.prefix($0)) }
            for shape in shapes { #expect(fixture.verdict(shape) == "invalid") }
        }
    }

    @Test func `spelt with stray bits at the end are refused`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let token = try fixture.gate.accessTokens.mint(fixture.claims())
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
            // 32 bytes are 43 characters, of which the last holds four bits: three other spellings mean the same bytes.
            let last = try #require(token.last.flatMap { alphabet.firstIndex(of: $0) })
            #expect(last % 4 == 0)
            for stray in 1...3 {
                #expect(fixture.verdict(String(token.dropLast()) + String(alphabet[last + stray])) == "invalid")
            }
        }
    }

    @Test func `that were accepted are not accepted in another spelling of the same text`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            // The Kelvin sign is no K, though Unicode holds the two for the same character.
            let sign = "\u{212A}"
            #expect(sign == "K")
            var respelt = 0
            for _ in 1...20 {
                let token = try fixture.gate.accessTokens.mint(fixture.claims())
                #expect(fixture.verdict(token) == "accepted")
                guard let letter = token.firstIndex(of: "K") else { continue }
                respelt += 1
                let other = String(token[..<letter]) + sign + token[token.index(after: letter)...]
                #expect(fixture.verdict(other) == "invalid")
            }
            #expect(respelt > 0)
        }
    }

    @Test func `more than are remembered are all judged rightly`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let first = try fixture.gate.accessTokens.mint(fixture.claims())
            for _ in 0..<5_000 {
                let token = try fixture.gate.accessTokens.mint(fixture.claims())
                #expect(fixture.verdict(token) == "accepted")
            }
            #expect(fixture.verdict(first) == "accepted")
            fixture.time.advance(by: .hours(1))
            #expect(fixture.verdict(first) == "expired")
        }
    }

    @Test func `made of random bytes are refused`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            var dice = Dice(seed: 11)
            let token = Array(try fixture.gate.accessTokens.mint(fixture.claims()).utf8)
            for _ in 0..<3_000 {
                var bytes = dice.happens(percent: 50) ? dice.bytes(dice.number(0...300)) : token
                for _ in 0...dice.number(0...4) where !bytes.isEmpty {
                    bytes[dice.number(0...(bytes.count - 1))] = dice.bytes(1)[0]
                }
                guard bytes != token else { continue }
                #expect(fixture.verdict(String(decoding: bytes, as: UTF8.self)) == "invalid")
            }
        }
    }

    @Test func `of the previous secret count until it is removed`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            let old = try fixture.gate.accessTokens.mint(fixture.claims())
            let next = "the-next-secret-of-the-tests-0123456789"
            let changed = try await fixture.reopened {
                $0.secret = GateFixture.configuration(next, previous: [GateFixture.secret]).secret
            }
            #expect(changed.verdict(old) == "accepted")
            let new = try changed.gate.accessTokens.mint(fixture.claims())
            #expect(fixture.verdict(new) == "invalid")
            let later = try await changed.reopened { $0.secret = GateFixture.configuration(next).secret }
            #expect(later.verdict(old) == "invalid")
            #expect(later.verdict(new) == "accepted")
        }
    }

    @Test func `of one algorithm are refused by a server of another`() async throws {
        try await GateFixture.open(.sqlite) { fixture in
            for maker in AccessTokenAlgorithm.allCases {
                let made = try await fixture.reopened { $0.algorithm = maker }
                let token = try made.gate.accessTokens.mint(fixture.claims())
                for reader in AccessTokenAlgorithm.allCases where reader != maker {
                    let other = try await fixture.reopened { $0.algorithm = reader }
                    #expect(other.verdict(token) == "invalid")
                }
            }
        }
    }

    @Test(arguments: [AccessTokenAlgorithm.edDSA, .es256])
    func `signed with the public key as if it were a secret are refused`(
        algorithm: AccessTokenAlgorithm
    ) async throws {
        try await GateFixture.open(.sqlite, { $0.algorithm = algorithm }) { fixture in
            let token = try fixture.gate.accessTokens.mint(fixture.claims())
            let kid = try Forge(secret: "").keyID(of: token)
            let keySet = try algorithm.keySet(of: fixture.gate.ring)
            let published = try JWKSText(keySet)
            for secret in published.spellings {
                let forge = Forge(bytes: secret)
                for alg in ["HS256", algorithm.rawValue] {
                    let forged = forge.hs256(
                        #"{"alg":"\#(alg)","typ":"at+jwt","kid":"\#(kid)"}"#, forge.payload(fixture))
                    #expect(fixture.verdict(forged) == "invalid")
                }
            }
        }
    }
}

extension GateFixture {
    /// Claims that count, for `life`.
    func claims(life: Duration = .hours(1)) -> AccessClaims {
        let now = Timestamp(seconds: time.now.seconds)
        return AccessClaims(
            userID: AccountID(high: 0x0123_4567_89AB_7DEF, low: 0x8123_4567_89AB_CDEF),
            sessionID: SessionID(high: 0x0123_4567_89AB_7DEF, low: 0x8123_4567_89AB_CDEE), role: .admin,
            authenticatedAt: now, methods: ["pwd", "otp"], issuedAt: now, expiresAt: now + life)
    }

    /// What verification says, in a word.
    func verdict(_ token: String) -> String {
        switch gate.accessTokens.verify(token) {
        case .success: return "accepted"
        case .failure(let refusal): return "\(refusal)"
        }
    }
}
