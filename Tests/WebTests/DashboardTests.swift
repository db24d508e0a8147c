import Accounts
import Core
import Credentials
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `dashboard` {
    private static let numbers = [
        "loginAttempts", "successfulLogins", "failedLogins", "accountLockouts", "tokenRefreshes",
        "tokenTheftDetections", "geoAnomalies",
    ]

    private static func figures(_ answer: Answer) -> [String: Int64] {
        Dictionary(
            uniqueKeysWithValues: (numbers + ["activeSessions"]).compactMap { name in
                if case .integer(let number) = answer[name] { return (name, number) }
                return nil
            })
    }

    @Test(arguments: DatabaseKind.available)
    func `tells exactly what happened on a scripted day`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let agent = try await office.signedIn()
            try await office.hire("locked@office.example")
            office.clock.advance(by: .hours(2))
            // Two who look in at 14:00 and stay half an hour, one of whom refreshes three times.
            for name in ["ana", "ben"] {
                let visitor = try await office.signedIn("\(name)@office.example")
                for _ in 1...3 where name == "ana" { #expect(try await visitor.refresh().status == .ok) }
                office.clock.advance(by: .minutes(30))
                #expect(try await visitor.post("/v1/auth/logout").status == .noContent)
                office.clock.advance(by: .minutes(-30))
            }
            // Five wrong passwords lock; the sixth and seventh are not even read.
            let guesser = office.visitor()
            for _ in 1...7 { try await guesser.signIn("locked@office.example", password: "Wrong-Password-1234") }
            // A token that was exchanged comes again: its owner's sessions end.
            let thief = office.visitor()
            try await agent.signIn("agent@office.example")
            thief.cookies = agent.cookies
            #expect(try await agent.refresh().status == .ok)
            #expect(try await thief.refresh().code == "refresh_token_reused")
            // Signed in again after two idle hours.
            try await owner.signIn("owner@office.example")
            office.clock.advance(by: .minutes(10))
            try await office.gate.activity.flush(to: office.gate.database)
            try await office.gate.sessionFigures.settle()
            try await office.seal()

            let answer = try await owner.get("/v1/security/dashboard?window=24h")
            #expect(answer.status == .ok)
            #expect(answer.string("window") == "24h")
            #expect(
                Self.figures(answer) == [
                    "loginAttempts": 13, "successfulLogins": 6, "failedLogins": 7, "accountLockouts": 1,
                    "tokenRefreshes": 4, "tokenTheftDetections": 1, "geoAnomalies": 0, "activeSessions": 1,
                ])
            // Two of half an hour; the others end later, were never used, or are not old enough to be settled.
            let series = try #require(answer["series"]?.items)
            #expect(series.count == 24)
            #expect(answer.string("series", "23", "start") == "2026-01-01T14:00:00.000Z")
            #expect(answer["series", "21", "successfulLogins"] == .integer(2))
            #expect(answer["series", "23", "successfulLogins"] == .integer(4))
            #expect(answer["series", "23", "failedLogins"] == .integer(7))
            for name in Self.numbers {
                let sum = series.reduce(Int64(0)) { sum, point in
                    guard case .object(let members) = point, case .integer(let number) = members[name] else {
                        return -1_000
                    }
                    return sum + number
                }
                #expect(.integer(sum) == answer[name], "\(name)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells the average length of the sessions that ended`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            #expect(try await owner.get("/v1/security/dashboard")["averageSessionSeconds"] == .null)
            for minutes in [20, 40] {
                let visitor = try await office.signedIn("agent\(minutes)@office.example")
                office.clock.advance(by: .minutes(minutes))
                #expect(try await visitor.refresh().status == .ok)
                #expect(try await visitor.get("/v1/auth/me").status == .ok)
                #expect(try await visitor.post("/v1/auth/logout").status == .noContent)
            }
            try await owner.signIn("owner@office.example")
            try await office.gate.activity.flush(to: office.gate.database)
            office.clock.advance(by: SessionFigures.patience)
            try await office.gate.sessionFigures.settle()
            let answer = try await owner.get("/v1/security/dashboard?window=7d")
            // 20 and 40 minutes, and the owner's own first session, which was left at once and ran out after an hour.
            #expect(answer["averageSessionSeconds"] == .integer(1200))
            #expect(answer["activeSessions"] == .integer(1))
            #expect(answer["series"]?.items?.count == 28)
            #expect(try await owner.get("/v1/security/dashboard?window=30d")["series"]?.items?.count == 30)
        }
    }

    @Test func `is for owner and admin alone`() async throws {
        try await Office.open(on: .sqlite) { office in
            for (role, status) in [(Role.owner, 200), (.admin, 200), (.agent, 403), (.lender, 403)] {
                let visitor = try await office.signedIn("\(role.rawValue)@office.example", role: role)
                let answer = try await visitor.get("/v1/security/dashboard")
                #expect(answer.status.code == status)
                #expect(answer.code == (status == 403 ? "forbidden" : nil))
            }
            #expect(try await office.visitor().get("/v1/security/dashboard").code == "token_missing")
        }
    }

    @Test(arguments: ["window=1h", "window=24H", "window=%00", "window=30d'", "span=24h"])
    func `refuses a window that it does not have`(query: String) async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let answer = try await owner.get("/v1/security/dashboard?\(query)")
            #expect(answer.status == .badRequest)
        }
    }
}

extension JSONValue {
    /// The items of an array.
    fileprivate var items: [JSONValue]? {
        if case .array(let items) = self { return items }
        return nil
    }
}
