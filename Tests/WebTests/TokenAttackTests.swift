import Accounts
import Core
import Crypto
import Foundation
import HTTPTypes
import HummingbirdTesting
import Identity
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `forged and stale tokens over HTTP` {
    private func forged(_ header: String, _ payload: String, signature: String = "") -> String {
        [header, payload].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".") + "." + signature
    }

    @Test func `a token with alg none, of another type or with an unknown key is refused`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let token = try #require(agent.accessToken)
            let parts = token.split(separator: ".").map(String.init)
            let payload = String(decoding: try #require(Base64URL.decode(parts[1])), as: UTF8.self)
            let header = String(decoding: try #require(Base64URL.decode(parts[0])), as: UTF8.self)
            let attempts = [
                forged(header.replacing("HS256", with: "none"), payload),
                forged(header.replacing("HS256", with: "HS512"), payload, signature: parts[2]),
                forged(header.replacing("at+jwt", with: "JWT"), payload, signature: parts[2]),
                forged(header, payload.replacing("agent", with: "owner"), signature: parts[2]),
                token + "A", String(token.dropLast()), parts[0] + "." + parts[1], token + "." + parts[2], "", ".", "..",
                String(repeating: "A", count: 10_000),
            ]
            for attempt in attempts {
                agent.accessToken = attempt
                let answer = try await agent.get("/v1/auth/me")
                #expect(answer.status == .unauthorized)
                #expect(answer.code == "token_invalid")
            }
        }
    }

    @Test(arguments: [
        #""crit":[]"#, #""crit":["exp"]"#, #""crit":["b64"],"b64":false"#, #""crit":"x""#, #""b64":true"#,
    ])
    func `a token of ours with a critical member that we do not understand is refused`(member: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            let parts = try #require(agent.accessToken).split(separator: ".").map(String.init)
            let header = String(decoding: try #require(Base64URL.decode(parts[0])), as: UTF8.self)
            let input = [Base64URL.encode(Array(header.replacing("{", with: "{\(member),").utf8)), parts[1]]
                .joined(separator: ".")
            let key = SymmetricKey(data: Array(Office.secret.utf8))
            let code = Array(HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: key))
            agent.accessToken = input + "." + Base64URL.encode(code)
            #expect(try await agent.get("/v1/auth/me").code == "token_invalid")
            // The same with nothing added counts: it was the member that was refused.
            let plain = parts[0] + "." + parts[1]
            let right = Array(HMAC<SHA256>.authenticationCode(for: Array(plain.utf8), using: key))
            agent.accessToken = plain + "." + Base64URL.encode(right)
            #expect(try await agent.get("/v1/auth/me").status == .ok)
        }
    }

    @Test func `a token is refused one second after it expired`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            office.clock.advance(by: .seconds(899))
            #expect(try await agent.get("/v1/auth/me").status == .ok)
            office.clock.advance(by: .seconds(2))
            #expect(try await agent.get("/v1/auth/me").code == "token_expired")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a refresh cookie of garbage, cut short or with a bit flipped is refused`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_REFRESH_MAX": "0"]) { office in
            let agent = try await office.signedIn()
            let token = try #require(agent.refreshToken)
            var bytes = try #require(Base64URL.decode(token))
            var attempts = ["x", String(token.dropLast(4)), token + "AAAA", String(repeating: "A", count: 76)]
            for index in bytes.indices {
                bytes[index] ^= 1
                attempts.append(Base64URL.encode(bytes))
                bytes[index] ^= 1
            }
            for attempt in attempts {
                let thief = office.visitor()
                thief.cookies = ["gatehouse_refresh": attempt]
                #expect(try await thief.refresh().code == "refresh_token_invalid")
            }
            #expect(try await agent.refresh().status == .ok)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of two hundred parallel refreshes of one token exactly one wins`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_REFRESH_MAX": "0"], setting: .router) { office in
            let agent = try await office.signedIn()
            let token = try #require(agent.refreshToken)
            let codes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...200 {
                    group.addTask {
                        let copy = office.visitor()
                        copy.cookies = ["gatehouse_refresh": token]
                        return try await copy.refresh().code ?? "granted"
                    }
                }
                return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(codes["granted"] == 1)
            #expect(Set(codes.keys).isSubset(of: ["granted", "refresh_token_reused", "session_revoked"]))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `parallel retries with one Idempotency-Key all get the same successor`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind, ["RATE_LIMIT_REFRESH_MAX": "0"], setting: .router) { office in
            let agent = try await office.signedIn()
            let token = try #require(agent.refreshToken)
            let successors = try await withThrowingTaskGroup(of: String?.self) { group in
                for _ in 1...50 {
                    group.addTask {
                        let copy = office.visitor()
                        copy.cookies = ["gatehouse_refresh": token]
                        try await copy.refresh(key: "one-click")
                        return copy.refreshToken
                    }
                }
                return try await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(successors.count == 1)
            agent.cookies = ["gatehouse_refresh": try #require(successors.first ?? nil)]
            #expect(try await agent.refresh().status == .ok)
        }
    }
}
