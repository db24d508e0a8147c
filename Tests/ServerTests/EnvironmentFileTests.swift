import Foundation
import Server
import Testing

@Suite struct `environment file` {
    @Test func `reads the specification's own file`() {
        let file = EnvironmentFile(SeedEnvironment.text)
        #expect(file.refusals.isEmpty)
        #expect(Set(file.values.keys) == SeedEnvironment.names)
        let expected = [
            "JWT_EXPIRATION": "15m", "ENABLE_DEVICE_FINGERPRINT_CHECK": "false", "COOKIE_SECURE": "true",
            "COOKIE_DOMAIN": ".example.com", "REQUIRE_REAUTH_FOR_DELETE": "true", "REAUTH_WINDOW_MINUTES": "5",
            "ENABLE_HARDWARE_KEYS": "false", "CSP_DEFAULT_SRC": "'self'",
            "CSP_SCRIPT_SRC": "'self' 'unsafe-inline' 'unsafe-eval'", "CSP_IMG_SRC": "'self' data: https:",
            "CORS_ALLOWED_ORIGINS": "https://crm.example.com,https://www.example.com",
        ]
        for (name, value) in expected { #expect(file.values[name] == value) }
    }

    @Test(
        arguments: [
            ("A=b", "b"), ("A = b ", "b"), ("export A=b", "b"), ("A=", ""), ("A=  # nothing", ""), ("A=b#c", "b#c"),
            ("A=b # c", "b"), ("A=b\t# c", "b"), ("A=\"b # c\"", "b # c"), ("A='b # c' # d", "b # c"),
            ("A=b\"c", "b\"c"),
            ("A=b=c=d", "b=c=d"), ("A=https://x.example/#top", "https://x.example/#top"), ("\u{FEFF}A=b", "b"),
            ("A=b\r", "b"), ("A='b'", "b"), ("A=\u{1F680}", "\u{1F680}"),
        ] as [(String, String?)])
    func `reads a line`(line: String, value: String?) {
        #expect(EnvironmentFile(line).values["A"] == value)
    }

    @Test(
        arguments: [
            (#"A="a\"b""#, #"a"b"#), (#"A="a\\b""#, #"a\b"#), (#"A="a\nb""#, "a\nb"), (#"A="\r\t\$""#, "\r\t$"),
            (#"A="a\\" # c"#, #"a\"#), (#"A="a'b""#, "a'b"), (#"A='a"b\n\\'"#, #"a"b\n\\"#), (#"A="""#, ""),
            ("A=''", ""),
            (#"A=a\"b"#, #"a\"b"#), (#"A="$HOME""#, "$HOME"), (#"A="\\\"""#, #"\""#),
        ])
    func `takes in double quotes what a backslash stands for, and in single quotes everything as it is`(
        line: String, value: String
    ) {
        let file = EnvironmentFile(line)
        #expect(file.refusals.isEmpty)
        #expect(file.values["A"] == value)
    }

    @Test(
        arguments: [
            "A=\"b", "A='b", "A=\"a\"b\"", "A='it's'", "A='it\\'s'", "A=\"a\\qb\"", "A=\"C:\\data\"", "A=\"b\\",
            "A=\"b\\\"", "A=\"b\"#c", "A=\"\"b\"\"",
            "A=\"b\nc\"",
        ])
    func `refuses by line and name a value that it would misread, and takes no half of it`(line: String) throws {
        let file = EnvironmentFile("# first\n\(line)")
        #expect(file.values["A"] == nil)
        let refusal = try #require(file.refusals.first)
        #expect(refusal.line == 2 && refusal.name == "A")
        do {
            _ = try ServerConfiguration.read(environment: [:], file: file)
            Issue.record("accepted")
        } catch let failure as ConfigurationFailure {
            #expect(failure.description.contains(".env: line 2 (A) "))
        }
    }

    @Test func `takes the double quotes off a policy, and leaves the single ones inside`() {
        #expect(EnvironmentFile(#"CSP_IMG_SRC="'self' data:""#).values == ["CSP_IMG_SRC": "'self' data:"])
    }

    @Test func `keeps the quotes of a policy, which belong to it`() {
        #expect(EnvironmentFile("CSP_IMG_SRC='self' data:  # pictures").values == ["CSP_IMG_SRC": "'self' data:"])
    }

    @Test func `names the lines it cannot read and reads the others`() {
        let file = EnvironmentFile("A=1\nnonsense\n\n# comment\n=x\nB C=2\nB=3\r\nA-B=4\nexport\n")
        #expect(file.values == ["A": "1", "B": "3"])
        #expect(file.refusals.map(\.line) == [2, 5, 6, 8, 9])
        #expect(file.refusals.allSatisfy { $0.name == nil })
    }

    @Test func `takes the later of two lines`() {
        #expect(EnvironmentFile("A=1\nA=2").values == ["A": "2"])
    }

    @Test func `that is not there is empty, and one that cannot be read is refused`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("env-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(".env")
        func verdict() -> String {
            do {
                return try EnvironmentFile.read(at: file.path).values["GATEHOUSE_ENV"] ?? "none"
            } catch {
                return "\(error)".contains(file.path) ? "refused" : "\(error)"
            }
        }
        #expect(verdict() == "none")
        try Data("GATEHOUSE_ENV=production\n".utf8).write(to: file)
        #expect(verdict() == "production")
        try Data("# caf\u{E9}\nGATEHOUSE_ENV=production\n".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
            .write(to: file)
        #expect(verdict() == "refused")
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        #expect(verdict() == "refused")
        try FileManager.default.removeItem(at: file)
        try FileManager.default.createSymbolicLink(
            at: file, withDestinationURL: folder.appendingPathComponent("nowhere"))
        #expect(verdict() == "refused")
    }

    @Test func `reads random bytes without a crash`() {
        var state: UInt64 = 9
        for length in 0..<600 {
            let bytes = (0..<length).map { _ -> UInt8 in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            }
            let file = EnvironmentFile(String(decoding: bytes, as: UTF8.self))
            #expect(file.values.keys.allSatisfy { !$0.isEmpty })
        }
    }
}
