import Accounts
import CRM
import Core
import Foundation
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `what a request says of where it comes from` {
    private static let places = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("SecurityEventsTests/Data/GeoIP2-City-Test.mmdb").path

    private static func place(_ forwardedFor: String, _ environment: [String: String]) async throws -> String? {
        let found = Found()
        let variables = environment.merging(["GEOIP_DATABASE_PATH": places]) { $1 }
        try await Office.open(on: .sqlite, variables) { office in
            try await office.hire("ana@office.example")
            let ana = office.visitor()
            try await ana.post(
                "/v1/auth/login", #"{"email":"ana@office.example","password":"\#(Office.password)"}"#,
                headers: ["X-Forwarded-For": forwardedFor])
            await found.set(try await ana.get("/v1/auth/sessions").string("sessions", "0", "place"))
        }
        return await found.place
    }

    private actor Found {
        private(set) var place: String?

        func set(_ place: String?) { self.place = place }
    }

    @Test func `cannot move the place with a forged X-Forwarded-For`() async throws {
        #expect(try await Self.place("81.2.69.160", [:]) == nil)
        let proxy = ["TRUSTED_PROXIES": "127.0.0.1"]
        // What stands left of the proxy's own word is the client's.
        #expect(try await Self.place("81.2.69.160, 216.160.83.56", proxy) == "Milton, United States")
        #expect(try await Self.place("::ffff:81.2.69.160", proxy) == "London, United Kingdom")
    }

    @Test(arguments: DatabaseKind.available)
    func `holds whatever hints a client sends`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            try await office.hire("ana@office.example")
            for hint in [String(repeating: "\"x\",", count: 2_000), "\"", "?1?1", "a\u{7F}b"] {
                let answer = try await office.visitor().post(
                    "/v1/auth/login", #"{"email":"ana@office.example","password":"\#(Office.password)"}"#,
                    headers: ["Sec-CH-UA": hint, "Sec-CH-UA-Platform": "\"x\"", "Sec-CH-UA-Mobile": "?1"])
                #expect(answer.status == .ok || answer.status == .badRequest)
            }
        }
    }
}

@Suite struct `a large export` {
    private static func export(_ count: Int, threshold: String, on kind: DatabaseKind) async throws -> [String] {
        let names = Names()
        try await Office.open(on: kind, ["LARGE_EXPORT_THRESHOLD": threshold]) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            for number in 0..<count {
                let json = #"{"firstName":"Client","lastName":"Number \#(number)"}"#
                #expect(try await owner.post("/v1/clients?force=true", json).status == .created)
            }
            #expect(try await owner.get("/v1/clients/export?format=csv").status == .ok)
            let answer = try await owner.get("/v1/security/events?limit=100")
            await names.set(
                answer.data.compactMap { event in
                    guard case .object(let members) = event, case .string(let type) = members["type"] else {
                        return nil
                    }
                    return type
                })
        }
        return await names.all
    }

    private actor Names {
        private(set) var all: [String] = []

        func set(_ names: [String]) { all = names }
    }

    @Test(arguments: DatabaseKind.available)
    func `is told with the export itself`(kind: DatabaseKind) async throws {
        let events = try await Self.export(3, threshold: "3", on: kind)
        #expect(events.filter { $0 == "data_export" }.count == 1)
        #expect(events.filter { $0 == "data_export_large" }.count == 1)
    }

    @Test(arguments: DatabaseKind.available)
    func `is none under the threshold`(kind: DatabaseKind) async throws {
        let events = try await Self.export(3, threshold: "4", on: kind)
        #expect(events.contains("data_export") && !events.contains("data_export_large"))
    }
}
