import Foundation
import TestSupport
import Testing

/// The program itself, the script that it serves, and a real browser with authenticators.
@Suite(.serialized, .enabled(if: Chromium.isThere)) struct `passkeys in a real Chromium` {
    @Test(arguments: DatabaseKind.available)
    func `are made, used in every place, renamed and removed`(kind: DatabaseKind) async throws {
        try await LocalOffice.serving(kind) { origin in
            try Chromium.open { browser in
                try browser.go(to: origin)
                let inside = try browser.addAuthenticator("internal")
                try Self.logIn(browser)
                let made = try Self.run(browser, "return passkeys.register(call, 'Laptop', 'platform')")
                #expect((made["recoveryCodes"] as? [Any])?.count == 10)
                #expect((made["passkey"] as? [String: Any])?["kind"] as? String == "platform")
                #expect(try browser.credentials(inside) == 1)

                // Without a password, and twice: each time a challenge of its own.
                for _ in 0..<2 {
                    let signedIn = try Self.run(browser, "return passkeys.signIn(call)")
                    #expect(signedIn["status"] as? String == "signed_in")
                }
                let me = try Self.run(browser, "return call('GET', '/v1/auth/me')")
                let methods = (me["session"] as? [String: Any])?["authMethods"] as? [String]
                #expect(methods == ["hwk", "mfa"])

                #expect(try Self.run(browser, "return passkeys.stepUp(call)")["status"] as? String == "signed_in")

                // An authenticator that fails to verify its user does not sign in without a password.
                try browser.setUserVerified(false, inside)
                #expect(throws: Chromium.Thrown.self) {
                    _ = try Self.run(browser, "return passkeys.signIn(call)")
                }
                try browser.setUserVerified(true, inside)
                #expect(try Self.run(browser, "return passkeys.signIn(call)")["status"] as? String == "signed_in")

                // The password alone is not enough any more; the passkey completes it.
                let done = try Self.secondStep(browser)
                #expect(done["status"] as? String == "signed_in")

                let list = try Self.run(browser, "return call('GET', '/v1/auth/passkeys')")
                let all = list["passkeys"] as? [[String: Any]] ?? []
                #expect(all.compactMap { $0["name"] as? String } == ["Laptop"])
                let id = all.first?["id"] as? String ?? ""
                let renamed = try Self.run(browser, "return passkeys.rename(call, args[0], 'My laptop')", id)
                #expect(renamed["name"] as? String == "My laptop")
                _ = try Self.run(browser, "await passkeys.remove(call, args[0]); return {}", id)
                // The browser was told: it has nothing left to offer for this site.
                #expect(try browser.credentials(inside) == 0)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `may be several, and a key that cannot tell who touches it is good for the second step`(
        kind: DatabaseKind
    ) async throws {
        try await LocalOffice.serving(kind) { origin in
            try Chromium.open { browser in
                try browser.go(to: origin)
                try Self.logIn(browser)
                let first = try browser.addAuthenticator("usb")
                _ = try Self.run(browser, "return passkeys.register(call, 'Blue', 'cross-platform')")
                #expect(try Self.run(browser, "return passkeys.signIn(call)")["status"] as? String == "signed_in")
                try browser.removeAuthenticator(first)
                let plain = try browser.addAuthenticator("usb", verifiesUser: false)
                _ = try Self.run(browser, "return passkeys.register(call, 'Plain', 'cross-platform')")
                #expect(try browser.credentials(plain) == 1)
                #expect(try Self.secondStep(browser)["status"] as? String == "signed_in")
                #expect(throws: Chromium.Thrown.self) {
                    _ = try Self.run(browser, "return passkeys.signIn(call)")
                }
                let list = try Self.run(browser, "return call('GET', '/v1/auth/passkeys')")
                let all = list["passkeys"] as? [[String: Any]] ?? []
                #expect(all.compactMap { $0["name"] as? String } == ["Blue", "Plain"])
                #expect(all.allSatisfy { $0["kind"] as? String == "cross-platform" })
            }
        }
    }

    /// Signs in with the password, and a passkey as the second step.
    private static func secondStep(_ browser: Chromium) throws -> [String: Any] {
        try run(
            browser,
            """
            window.token = null;
            const asked = await call('POST', '/v1/auth/login', { email: args[0], password: args[1] });
            if (asked.status !== 'mfa_required' || !asked.methods.includes('webauthn')) throw asked;
            return passkeys.secondFactor(call, asked.challengeToken)
            """, "ann@office.example", LocalOffice.password)
    }

    @Test(arguments: DatabaseKind.available)
    func `of a deleted account are told to the browser as unknown`(kind: DatabaseKind) async throws {
        try await LocalOffice.serving(kind) { origin in
            try Chromium.open { browser in
                try browser.go(to: origin)
                let inside = try browser.addAuthenticator("internal")
                try Self.logIn(browser)
                let made = try Self.run(browser, "return passkeys.register(call, 'Laptop', 'platform')")
                let id = (made["passkey"] as? [String: Any])?["id"] as? String ?? ""
                // Removed without telling the browser, as an operator's reset does.
                _ = try Self.run(
                    browser,
                    "await passkeys.signIn(call); await call('DELETE', `/v1/auth/passkeys/${args[0]}`); return {}", id)
                #expect(try browser.credentials(inside) == 1)
                do {
                    _ = try Self.run(browser, "window.token = null; return passkeys.signIn(call)")
                    Issue.record("signed in with a passkey that is gone")
                } catch let thrown as Chromium.Thrown {
                    #expect(thrown.json.contains("passkey_unknown"), "\(thrown.json)")
                }
                #expect(try browser.credentials(inside) == 0)
            }
        }
    }

    private static func logIn(_ browser: Chromium) throws {
        _ = try run(
            browser, "return call('POST', '/v1/auth/login', { email: args[0], password: args[1] })",
            "ann@office.example", LocalOffice.password)
    }

    @discardableResult
    private static func run(_ browser: Chromium, _ body: String, _ arguments: Any...) throws -> [String: Any] {
        try browser.inPage(body, arguments)
    }
}

/// A server that browsers make passkeys for.
enum LocalOffice {
    static let password = "Lantern-Orchid-47-Saddle"

    /// Serves on `localhost`, the one name for which browsers make passkeys without TLS, with one account.
    static func serving(_ kind: DatabaseKind, _ body: (String) async throws -> Void) async throws {
        try await withTestDatabase(kind) { place in
            let directory = try Directory()
            let port = Ports.next()
            let origin = "http://localhost:\(port)"
            let location = kind == .sqlite ? "sqlite:\(place.location)" : place.location
            let environment = [
                "DATABASE_URL": location, "JWT_SECRET": "a secret for the browser 0123456789 abcdefgh",
                "PASSWORD_HASH_MEMORY_KIB": "64", "RATE_LIMIT_LOGIN_MAX": "0", "LOG_LEVEL": "warning",
                "HOST": "127.0.0.1", "PORT": String(port), "PUBLIC_URL": origin, "ENABLE_MFA": "true",
                "ENABLE_BIOMETRIC_AUTH": "true", "ENABLE_HARDWARE_KEYS": "true",
            ]
            let made = try await Program.run(
                [
                    "user", "create", "--role", "agent", "--email", "ann@office.example", "--first-name", "Ann",
                    "--last-name", "O",
                ], in: directory, environment, input: password + "\n")
            #expect(made.status == 0, "\(made.output)")
            try await Program.whileRunning(["serve"], in: directory, environment) { server in
                _ = try server.printed(upTo: "listening")
                try await body(origin)
                _ = server.stop(SIGTERM)
            }
        }
    }
}
