import Accounts
import Core
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Server
@testable import Web

/// Walks the table of routes, so that a route that is added tomorrow is tested today.
@Suite struct `every route of the table` {
    private func path(_ route: Route) -> String {
        route.path.replacing("{id}", with: "0198c6a0-0000-7000-8000-000000000000").replacing("{key}", with: "none")
            .replacing(
                "{type}", with: "account_locked")
    }

    @Test func `turns strangers away unless it is meant for anyone`() async throws {
        try await Office.open(on: .sqlite) { office in
            for route in office.routes {
                if case .anyone = route.access { continue }
                let answer = try await office.visitor().send(route.method, path(route), json: "{}")
                #expect(answer.status == .unauthorized, "\(route.method) \(route.path)")
                #expect(answer.code == "token_missing")
                #expect(answer.header("WWW-Authenticate") == "Bearer")
            }
        }
    }

    @Test func `carries the security headers on success and on refusal`() async throws {
        try await Office.open(on: .sqlite, ["COOKIE_SECURE": "true"]) { office in
            let paths = office.routes.map { (method: $0.method, path: path($0)) }
            let others: [(method: HTTPRequest.Method, path: String)] = [
                (.get, "/nothing/here"), (.delete, "/health"), (.put, "/v1/clients"), (.options, "/v1/clients"),
            ]
            for (method, path) in paths + others {
                let answer = try await office.visitor().send(method, path)
                let told = "\(method) \(path) \(answer.status)"
                #expect(answer.header("Content-Security-Policy")?.contains("frame-ancestors 'none'") == true, "\(told)")
                #expect(answer.header("X-Content-Type-Options") == "nosniff", "\(told)")
                #expect(answer.header("Strict-Transport-Security")?.contains("max-age=63072000") == true, "\(told)")
                #expect(answer.header("Referrer-Policy") != nil, "\(told)")
                #expect(answer.header("Permissions-Policy") != nil, "\(told)")
                #expect(answer.header("X-Frame-Options") == "DENY", "\(told)")
                #expect(answer.header("X-Request-Id")?.isEmpty == false, "\(told)")
            }
        }
    }

    @Test func `refuses a change that another site asks for`() async throws {
        try await Office.open(on: .sqlite) { office in
            let agent = try await office.signedIn()
            for route in office.routes where ![.get, .head].contains(route.method) {
                for headers in [
                    ["Origin": "https://evil.example"], ["Origin": "null"],
                    ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"],
                    ["Sec-Fetch-Site": "same-site"],
                ] {
                    let answer = try await agent.send(
                        route.method, path(route), json: "{}", headers: headers, asPage: false)
                    #expect(answer.status == .forbidden, "\(route.method) \(route.path) \(headers)")
                    #expect(answer.code == "csrf_rejected")
                }
            }
            #expect(try await agent.get("/v1/auth/me").status == .ok)
        }
    }

    @Test func `has a name of its own, and says how it answers`() async throws {
        try await Office.open(on: .sqlite) { office in
            #expect(Set(office.routes.map(\.name)).count == office.routes.count)
            for route in office.routes {
                #expect(!route.answers.isEmpty, "\(route.name)")
                #expect(route.name.allSatisfy { $0.isASCII && $0.isLetter }, "\(route.name)")
                #expect(!route.isBodyOptional || route.body?.contains(where: \.isRequired) == false, "\(route.name)")
            }
        }
    }

    @Test func `knows the fields that it names, and no others`() async throws {
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn(role: .owner)
            for route in office.routes where route.problemPage == nil && route.body != nil {
                let answer = try await owner.send(route.method, path(route), json: #"{"noSuchField":1}"#)
                // Some look at the person or the path before the body.
                guard ![.notFound, .unauthorized, .forbidden, .conflict].contains(answer.status) else { continue }
                #expect(answer.code == "unknown_field", "\(route.name) \(answer.text)")
            }
            for route in office.routes where !route.query.isEmpty {
                let answer = try await owner.send(route.method, path(route) + "?noSuchField=1", json: "{}")
                guard ![.notFound, .unauthorized, .forbidden, .conflict].contains(answer.status) else { continue }
                #expect(answer.code == "unknown_field", "\(route.name) \(answer.text)")
                for field in route.query {
                    let answer = try await owner.send(
                        route.method, path(route) + "?\(field.name)=%01", json: #"{"firstName":"A"}"#)
                    #expect(answer.code != "unknown_field", "\(route.name) \(field.name)")
                }
            }
        }
    }

    @Test func `answers a wrong method with 405 and the right ones`() async throws {
        try await Office.open(on: .sqlite) { office in
            let answer = try await office.visitor().send(.delete, "/v1/auth/login")
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.code == "method_not_allowed")
            #expect(answer.header("Allow") == "POST")
            #expect(try await office.visitor().get("/v1/unknown").code == "not_found")
        }
    }

    @Test func `has a limit, unless refusing would do harm`() async throws {
        try await Office.open(on: .sqlite) { office in
            let unlimited = office.routes.filter { $0.limit == nil }.map(\.path)
            #expect(unlimited == ["/v1/auth/verify"])
        }
    }

    @Test func `asks for the password before it deletes`() async throws {
        try await Office.open(on: .sqlite) { office in
            // What can be brought back needs no password: an agent removes a note between two showings.
            let restorable = ["/v1/timeline/{id}", "/v1/files/{id}"]
            // Somebody who has just lost a phone must be able to end its session at once, or have a browser asked again, or stop what an
            // admin was talked into, or end the address of a calendar; that takes nothing from anybody. Tasks and appointments are everyday work,
            // and their rows are kept.
            let exempt = [
                "/v1/auth/sessions/{id}", "/v1/auth/mfa/remembered-devices", "/v1/auth/mfa/remembered-devices/{id}",
                "/v1/auth/mfa/recovery", "/v1/tasks/{id}", "/v1/appointments/{id}",
                "/v1/me/calendar-feed",
            ]
            for route in office.routes where route.method == .delete && !(exempt + restorable).contains(route.path) {
                guard case .steppedUp = route.access else {
                    Issue.record("\(route.path) deletes without a step-up")
                    continue
                }
            }
        }
    }

    @Test func `asks for the password before it changes who may sign in, or takes data out`() async throws {
        try await Office.open(on: .sqlite) { office in
            let sensitive = [
                "/v1/users", "/v1/api-keys", "/v1/auth/email", "/v1/auth/mfa", "/v1/auth/passkeys", "/v1/security",
            ]
            // What is itself a proof, or completes what a step-up began, or only takes a convenience away.
            let exempt = [
                "POST /v1/auth/mfa", "POST /v1/auth/mfa/enroll", "POST /v1/auth/mfa/enroll/confirm",
                "POST /v1/auth/mfa/totp/confirm", "POST /v1/auth/mfa/sms/confirm", "POST /v1/auth/mfa/sms/send",
                "DELETE /v1/auth/mfa/remembered-devices", "DELETE /v1/auth/mfa/remembered-devices/{id}",
                "DELETE /v1/auth/mfa/recovery", "PATCH /v1/auth/passkeys/{id}",
                "POST /v1/auth/passkeys/authentication-options", "POST /v1/auth/passkeys/authentication",
            ]
            var found = 0
            for route in office.routes where route.method != .get && sensitive.contains(where: route.path.hasPrefix) {
                guard !exempt.contains("\(route.method) \(route.path)") else { continue }
                found += 1
                switch route.access {
                case .steppedUp(.accountSecurity, _), .steppedUp(.privilege, _): break
                case .steppedUp, .signedIn, .anyone:
                    Issue.record("\(route.method) \(route.path) asks for no step-up")
                }
            }
            #expect(found >= 16)
            for route in office.routes where route.path.hasSuffix("/export") {
                guard case .steppedUp(.export, _) = route.access else {
                    Issue.record("\(route.path) exports without a step-up")
                    continue
                }
            }
        }
    }
}
