import Foundation

/// A real Chromium, driven through WebDriver (W3C WebDriver, and WebAuthn Level 3 §11 for its virtual authenticators).
final class Chromium {
    static let driverPath = "/usr/bin/chromedriver"

    /// Whether there is one. With `GATEHOUSE_REQUIRE_BROWSER=1` its absence stops the run: a suite that quietly tests half of what it should
    /// is worse than none.
    static var isThere: Bool {
        let isThere = FileManager.default.isExecutableFile(atPath: driverPath)
        let isRequired = ProcessInfo.processInfo.environment["GATEHOUSE_REQUIRE_BROWSER"] == "1"
        precondition(isThere || !isRequired, "chromium-driver is not installed, but a browser must be tested")
        return isThere
    }

    private let driver: Process
    private let profile: Directory
    private let base: String
    private let session: String

    /// Starts a driver and a browser without a window; both end with `body`.
    static func open<T>(_ body: (Chromium) throws -> T) throws -> T {
        let browser = try Chromium()
        do {
            let result = try body(browser)
            browser.close()
            return result
        } catch {
            browser.close()
            throw error
        }
    }

    private init() throws {
        profile = try Directory()
        driver = Process()
        driver.executableURL = URL(fileURLWithPath: Self.driverPath)
        driver.arguments = ["--port=0"]
        driver.currentDirectoryURL = profile.url
        let output = Pipe()
        driver.standardOutput = output
        driver.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try driver.run()
        var text = ""
        while !text.contains("successfully on port ") || text.last != "\n" {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw Surprise("chromedriver did not start: \(text)") }
            text += String(decoding: piece, as: UTF8.self)
        }
        let after = text.components(separatedBy: "successfully on port ").last ?? ""
        base = "http://127.0.0.1:\(after.prefix { $0.isNumber })"
        let arguments = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--window-size=800,800", "--user-data-dir=\(profile.url.path)/profile",
        ]
        let wanted: [String: Any] = [
            "capabilities": ["alwaysMatch": ["browserName": "chrome", "goog:chromeOptions": ["args": arguments]]]
        ]
        let started = try Self.send("POST", base + "/session", wanted)
        guard let value = started as? [String: Any], let id = value["sessionId"] as? String else {
            kill(driver.processIdentifier, SIGKILL)
            throw Surprise("no browser: \(started)")
        }
        session = id
        _ = try call("POST", "/timeouts", ["script": 20_000])
    }

    private func close() {
        _ = try? call("DELETE", "")
        // The driver pays no heed to SIGTERM; its browser has ended with the session.
        kill(driver.processIdentifier, SIGKILL)
        driver.waitUntilExit()
    }

    func go(to url: String) throws { _ = try call("POST", "/url", ["url": url]) }

    /// Runs the body of an `async` function in the page and returns what it returns; throws what it throws, as JSON.
    func run(_ body: String, _ arguments: [Any] = []) throws -> Any {
        let script = """
            const given = Array.from(arguments), done = given.pop();
            (async (...args) => { \(body) })(...given).then(
              value => done({ value: value === undefined ? null : value }),
              error => done({ thrown: JSON.stringify(error instanceof Error ? { name: error.name, message: error.message } : error) }));
            """
        let answer = try call("POST", "/execute/async", ["script": script, "args": arguments])
        guard let members = answer as? [String: Any] else { throw Surprise("\(answer)") }
        if let error = members["thrown"] as? String { throw Thrown(json: error, script: body.suffix(120)) }
        return members["value"] ?? NSNull()
    }

    /// What the page threw.
    struct Thrown: Error {
        let json: String
        let script: Substring
    }

    /// Adds an authenticator that answers by itself, and returns its identity.
    func addAuthenticator(_ transport: String, verifiesUser: Bool = true) throws -> String {
        let answer = try call(
            "POST", "/webauthn/authenticator",
            [
                "protocol": verifiesUser ? "ctap2" : "ctap1/u2f", "transport": transport, "hasResidentKey": true,
                "hasUserVerification": verifiesUser,
                "isUserVerified": verifiesUser, "isUserConsenting": true,
            ])
        guard let id = answer as? String else { throw Surprise("\(answer)") }
        return id
    }

    func removeAuthenticator(_ id: String) throws {
        _ = try call("DELETE", "/webauthn/authenticator/\(id)")
    }

    /// Has the authenticator verify its user from now on, or fail to.
    func setUserVerified(_ isVerified: Bool, _ id: String) throws {
        _ = try call("POST", "/webauthn/authenticator/\(id)/uv", ["isUserVerified": isVerified])
    }

    /// Has somebody be there to touch the authenticator from now on, or nobody.
    func setAnswers(_ answers: Bool, _ id: String) throws {
        _ = try call(
            "POST", "/goog/cdp/execute",
            [
                "cmd": "WebAuthn.setAutomaticPresenceSimulation",
                "params": ["authenticatorId": id, "enabled": answers] as [String: Any],
            ])
    }

    /// How many passkeys the authenticator holds.
    func credentials(_ id: String) throws -> Int {
        let answer = try call("GET", "/webauthn/authenticator/\(id)/credentials")
        return (answer as? [Any])?.count ?? -1
    }

    /// A picture of the page: PNG.
    func screenshot() throws -> Data {
        let answer = try call("GET", "/screenshot")
        guard let text = answer as? String, let data = Data(base64Encoded: text) else { throw Surprise("no picture") }
        return data
    }

    private func call(_ method: String, _ path: String, _ body: [String: Any]? = nil) throws -> Any {
        try Self.send(method, "\(base)/session/\(session)\(path)", body)
    }

    /// Through curl: the session of FoundationNetworking loses requests to a driver that closes its connections.
    private static func send(_ method: String, _ address: String, _ body: [String: Any]?) throws -> Any {
        var arguments = ["-X", method, "-H", "Content-Type: application/json", "--max-time", "60", address]
        if method == "POST" {
            let json = try JSONSerialization.data(withJSONObject: body ?? [:])
            arguments += ["--data-raw", String(decoding: json, as: UTF8.self)]
        }
        let data = Data(try Curl.run(arguments, in: try Directory()).utf8)
        guard let answer = try JSONSerialization.jsonObject(with: data) as? [String: Any], let value = answer["value"]
        else { throw Surprise("no answer to \(address)") }
        if let members = value as? [String: Any], let error = members["error"] {
            throw Surprise("\(error): \(members["message"] ?? "")")
        }
        return value
    }
}
