import Foundation
import TestSupport
import Testing

/// The codes of a program that is not ours, and a QR code as a camera sees it.
@Suite(.serialized, .enabled(if: Tools.areThere && Chromium.isThere)) struct `an authenticator app that is not ours` {
    @Test(arguments: DatabaseKind.available)
    func `reads the QR code, and its codes are accepted`(kind: DatabaseKind) async throws {
        try await LocalOffice.serving(kind) { origin in
            let directory = try Directory()
            let login = #"{"email":"ann@office.example","password":"Lantern-Orchid-47-Saddle"}"#
            let json = ["-H", "Content-Type: application/json"]
            func post(_ path: String, _ body: String, _ token: String? = nil) throws -> String {
                let bearer = token.map { ["-H", "Authorization: Bearer \($0)"] } ?? []
                return try Curl.run(json + bearer + ["-d", body, origin + "/v1/auth" + path], in: directory)
            }
            let token = try #require(Curl.member("accessToken", of: try post("/login", login)))
            let started = try post("/mfa/totp", "{}", token)
            let secret = try #require(Curl.member("secret", of: started))
            let uri = try #require(Curl.member("otpauthUri", of: started))
            let members = try JSONSerialization.jsonObject(with: Data(started.utf8)) as? [String: Any]
            let svg = try #require(members?["qrSvg"] as? String)

            // Drawn by the browser, read by zbar.
            let picture = directory.url.appendingPathComponent("code.png")
            try Chromium.open { browser in
                try directory.write("<!doctype html><body style='width:600px'>\(svg)</body>", to: "code.html")
                try browser.go(to: "file://\(directory.url.path)/code.html")
                try browser.screenshot().write(to: picture)
            }
            #expect(try Tools.run("/usr/bin/zbarimg", ["-q", "--raw", picture.path]) == uri)

            // The app of somebody else makes the code.
            let code = try Tools.run("/usr/bin/oathtool", ["--totp", "--base32", secret])
            let confirmed = try post("/mfa/totp/confirm", #"{"code":"\#(code)"}"#, token)
            #expect(confirmed.contains("recoveryCodes"), "\(confirmed)")
            let challenge = try #require(Curl.member("challengeToken", of: try post("/login", login)))
            // The next one: the first is used up, and no test waits for half a minute.
            let next = try Tools.run(
                "/usr/bin/oathtool",
                ["--totp", "--base32", "--now", "@\(Int(Date().timeIntervalSince1970) + 30)", secret])
            let answer = #"{"challengeToken":"\#(challenge)","method":"totp","code":"\#(next)"}"#
            #expect(try post("/mfa", answer).contains("signed_in"))
        }
    }
}

/// Debian's oathtool and zbar-tools.
enum Tools {
    static var areThere: Bool {
        ["/usr/bin/oathtool", "/usr/bin/zbarimg"].allSatisfy(FileManager.default.isExecutableFile)
    }

    /// Runs a tool and returns the first line that it prints.
    static func run(_ path: String, _ arguments: [String]) throws -> String {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return String(text.prefix { $0 != "\n" })
    }
}
