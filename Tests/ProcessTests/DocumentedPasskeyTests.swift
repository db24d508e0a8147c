import Foundation
import TestSupport
import Testing

/// `docs/second-factors.md` as whoever builds a page reads it.
@Suite(.serialized, .enabled(if: Chromium.isThere)) struct `the documented passkey` {
    /// The script of the page, as it stands there.
    private static func script() throws -> String {
        let file = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("docs/second-factors.md")
        let pieces = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```js\n")
        guard pieces.count == 2, let script = pieces[1].components(separatedBy: "```").first else {
            throw Surprise("no script, or several")
        }
        return script
    }

    @Test func `is made and signs in, in a real Chromium, by the words of the page`() async throws {
        let script = try Self.script()
        try await LocalOffice.serving(.sqlite) { origin in
            try Chromium.open { browser in
                try browser.go(to: origin)
                let inside = try browser.addAuthenticator("internal")
                let done = try browser.inPage(
                    """
                    const asked = await call('POST', '/v1/auth/login', { email: args[0], password: args[1] });
                    const token = asked.accessToken;
                    \(script)
                    return { registered, signedIn, sent: Object.keys(made.toJSON()) };
                    """, ["ann@office.example", LocalOffice.password])
                let registered = done["registered"] as? [String: Any]
                #expect((registered?["passkey"] as? [String: Any])?["name"] as? String == "My laptop")
                #expect((registered?["recoveryCodes"] as? [Any])?.count == 10)
                #expect((done["signedIn"] as? [String: Any])?["status"] as? String == "signed_in")
                #expect(try browser.credentials(inside) == 1)
                // The members that the page shows are those that a browser sends.
                let sent = Set(done["sent"] as? [String] ?? [])
                let shown = ["id", "rawId", "type", "authenticatorAttachment", "clientExtensionResults", "response"]
                #expect(sent.isSuperset(of: shown))
            }
        }
    }
}
