import Accounts
import Core
import Credentials
import Guarding
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Server
@testable import Web

/// Walks the table of routes with an API key, so that a route that is added tomorrow is closed to keys until somebody decides otherwise.
@Suite struct `every route, called with an API key,` {
    private func path(_ route: Route) -> String {
        route.path.replacing("{id}", with: "0198c6a0-0000-7000-8000-000000000000").replacing("{key}", with: "none")
            .replacing(
                "{type}", with: "account_locked")
    }

    private func isPublic(_ route: Route) -> Bool {
        if case .anyone = route.access { return true }
        return false
    }

    @Test func `refuses it unless the route names a scope`() async throws {
        try await Office.open(on: .sqlite, ["RATE_LIMIT_API_MAX": "0", "RATE_LIMIT_LOGIN_MAX": "0"]) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let program = try await owner.makeFullKey()
            var refused = 0
            for route in office.routes where !isPublic(route) && route.keyScope == nil {
                let answer = try await program.send(route.method, path(route), json: "{}")
                #expect(answer.status == .forbidden, "\(route.method) \(route.path)")
                #expect(answer.code == "key_not_allowed", "\(route.method) \(route.path)")
                refused += 1
            }
            #expect(refused >= 40)
            #expect(try await owner.get("/v1/auth/me").status == .ok, "nothing was ended by it")
        }
    }

    @Test func `asks for the scope that it names, and says which one is missing`() async throws {
        try await Office.open(on: .sqlite, ["RATE_LIMIT_API_MAX": "0"]) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            for route in office.routes {
                guard let scope = route.keyScope else { continue }
                let others = APIKeyScope.allCases.filter { $0 != scope }.map { "\"\($0.rawValue)\"" }
                let (id, program) = try await owner.makeKey(
                    #""name":"All others","scopes":[\#(others.joined(separator: ","))]"#)
                let answer = try await program.send(route.method, path(route), json: "{}")
                #expect(answer.status == .forbidden, "\(route.method) \(route.path)")
                #expect(answer.code == "scope_missing", "\(route.method) \(route.path)")
                #expect(answer.string("scope") == scope.rawValue)
                #expect(try await owner.send(.delete, "/v1/api-keys/\(id)").status == .noContent)
            }
        }
    }

    @Test func `names a scope only where that is right`() async throws {
        try await Office.open(on: .sqlite) { office in
            let never = ["/v1/auth", "/v1/users", "/v1/api-keys", "/v1/security/alert-rules"]
            for route in office.routes {
                guard let scope = route.keyScope else { continue }
                let told = "\(route.method) \(route.path)"
                #expect(!never.contains(where: route.path.hasPrefix), "\(told) concerns accounts")
                #expect(route.limit == .api, "\(told) must count what a key asks for")
                switch route.access {
                case .anyone: Issue.record("\(told) is for anyone, and a key means nothing there")
                case .signedIn:
                    #expect(scope != .clientsDelete && scope != .clientsExport, "\(told) takes a step-up from people")
                case .steppedUp(let purpose, _):
                    #expect(purpose.standIn == scope, "\(told): only the scope that stands in for the password")
                }
                if route.method == .get {
                    #expect(scope != .clientsWrite && scope != .clientsDelete, "\(told) changes nothing")
                } else {
                    #expect(scope != .clientsRead && scope != .securityRead, "\(told) changes something")
                }
            }
        }
    }
}
