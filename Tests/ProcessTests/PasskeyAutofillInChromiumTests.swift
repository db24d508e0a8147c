import Foundation
import TestSupport
import Testing

/// The passkey that a browser offers in the autofill of a field (conditional mediation, WebAuthn Level 3 §5.1.4).
///
/// There is no window, so nobody can choose from the autofill. The virtual authenticator takes the choice upon itself: a request that begins
/// while somebody is there to touch it is answered at once, and one that begins while nobody is waits for ever, also when somebody comes.
@Suite(.serialized, .enabled(if: Chromium.isThere)) struct `a passkey offered in the autofill of Chromium` {
    /// Has the page wait with an offer, and keeps in `window.ended` what comes of it and in `window.asked` how many challenges it took.
    private static let offer = """
        document.body.innerHTML = '<form><input name="email" autocomplete="username webauthn" autofocus></form>';
        document.querySelector('input').focus();
        window.token = null;
        window.asked = 0;
        window.ended = undefined;
        const counted = async (method, path, body) => {
          const answer = await call(method, path, body);
          if (path.endsWith('authentication-options')) {
            window.asked += 1;
            if (args[0]) answer.timeout = args[0];
          }
          return answer;
        };
        passkeys.signIn(counted, { conditional: true }).then(
          answer => { window.ended = { answer }; },
          error => { window.ended = { error: error.name ?? error.code ?? String(error) }; });
        while (window.asked === 0) await new Promise(turn => requestAnimationFrame(turn));
        return {};
        """

    /// Waits for `condition` in the page.
    private static func wait(_ browser: Chromium, for condition: String) throws -> [String: Any] {
        try browser.inPage(
            """
            while (!(\(condition))) await new Promise(turn => requestAnimationFrame(turn));
            return { asked: window.asked, isSignedIn: !!window.token, ...(window.ended ?? {}) };
            """)
    }

    /// Serves an office in whose page somebody has a passkey and is about to sign in.
    private static func atTheDoor(
        _ kind: DatabaseKind, _ body: (Chromium, _ authenticator: String) throws -> Void
    ) async throws {
        try await LocalOffice.serving(kind) { origin in
            try Chromium.open { browser in
                try browser.go(to: origin)
                let inside = try browser.addAuthenticator("internal")
                try browser.inPage(
                    """
                    await call('POST', '/v1/auth/login', { email: args[0], password: args[1] });
                    return passkeys.register(call, 'Laptop', 'platform')
                    """, ["ann@office.example", LocalOffice.password])
                try browser.setAnswers(false, inside)
                try body(browser, inside)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `signs in without a password when it is chosen`(kind: DatabaseKind) async throws {
        try await Self.atTheDoor(kind) { browser, authenticator in
            let isOffered = try browser.run("return PublicKeyCredential.isConditionalMediationAvailable()")
            #expect(isOffered as? Bool == true)
            try browser.setAnswers(true, authenticator)
            try browser.inPage(Self.offer)
            let ended = try Self.wait(browser, for: "window.ended")
            #expect((ended["answer"] as? [String: Any])?["status"] as? String == "signed_in", "\(ended)")
            let me = try browser.inPage("return call('GET', '/v1/auth/me')")
            #expect((me["session"] as? [String: Any])?["authMethods"] as? [String] == ["hwk", "mfa"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `waits, and makes way for the button, which works at once`(kind: DatabaseKind) async throws {
        try await Self.atTheDoor(kind) { browser, authenticator in
            try browser.inPage(Self.offer)
            let waiting = try Self.wait(browser, for: "window.asked === 1")
            #expect(waiting["isSignedIn"] as? Bool == false && waiting["answer"] == nil && waiting["error"] == nil)
            try browser.setAnswers(true, authenticator)
            let signedIn = try browser.inPage("return passkeys.signIn(call)")
            #expect(signedIn["status"] as? String == "signed_in", "\(signedIn)")
            // The page that had offered it is told of no error: there is nothing that it could do.
            let withdrawn = try Self.wait(browser, for: "window.ended")
            #expect(withdrawn["answer"] is NSNull && withdrawn["error"] == nil, "\(withdrawn)")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `outlives its challenge, because it is asked for anew`(kind: DatabaseKind) async throws {
        try await Self.atTheDoor(kind) { browser, authenticator in
            // Options that run out after a tenth of a second stand for a page that lies open for an hour.
            try browser.inPage(Self.offer, [100])
            let renewed = try Self.wait(browser, for: "window.asked >= 3 || window.ended")
            #expect(renewed["answer"] == nil && renewed["error"] == nil, "\(renewed)")
            try browser.setAnswers(true, authenticator)
            let ended = try Self.wait(browser, for: "window.ended")
            #expect((ended["answer"] as? [String: Any])?["status"] as? String == "signed_in", "\(ended)")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not made where the browser cannot`(kind: DatabaseKind) async throws {
        try await Self.atTheDoor(kind) { browser, _ in
            let answer = try browser.run(
                """
                const passkeys = await import('/assets/passkeys.js');
                PublicKeyCredential.isConditionalMediationAvailable = async () => false;
                let asked = 0;
                const answer = await passkeys.signIn(async () => { asked += 1; }, { conditional: true });
                return { isNull: answer === null, asked };
                """)
            let members = try #require(answer as? [String: Any])
            #expect(members["isNull"] as? Bool == true)
            #expect(members["asked"] as? Int == 0)
        }
    }
}
