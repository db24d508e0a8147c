import TestSupport
import Testing

@testable import Accounts
@testable import Credentials

@Suite struct `password policy` {
    private static func violations(
        _ text: String, _ policy: PasswordPolicy = PasswordPolicy(), words: [String] = []
    ) throws -> [PasswordPolicy.Violation] {
        policy.violations(of: try #require(Password(text)), words: words)
    }

    @Test(arguments: [
        ("", "too_short no_uppercase no_lowercase no_number no_special_character too_guessable"),
        ("Zk7-quilt-Harbor-91", ""), ("zk7-quilt-harbor-91", "no_uppercase"), ("ZK7-QUILT-HARBOR-91", "no_lowercase"),
        ("Zkx-quilt-Harbor-xx", "no_number"), ("Zk7quiltHarbor91x", "no_special_character"),
        ("Zk7-quilt-H", "too_short"),
        ("Zk7-quilt-Ha", ""), ("Password123!", "too_guessable"), ("Qwertyuiop1!", "too_guessable"),
        ("Aaaaaaaaaaa1!", "too_guessable"), ("P@ssw0rd1234", "too_guessable"),
    ])
    func `names every rule that is broken`(password: String, expected: String) throws {
        #expect(try Self.violations(password).map(\.rawValue).joined(separator: " ") == expected)
    }

    @Test(arguments: [
        "Ölmühle-trägt-7-Kähne", "Ударник-7-вышел-в-сад", "\u{FF21}bc-quilt-\u{FF17}-harbor",
    ])
    func `knows letters and digits of every script`(password: String) throws {
        #expect(try Self.violations(password) == [])
    }

    @Test func `counts code points and not bytes or characters`() throws {
        let policy = PasswordPolicy(minimumLength: 12, maximumLength: 16, minimumGuesses: 0)
        #expect(try Self.violations("aA1-" + String(repeating: "\u{1F680}", count: 8), policy) == [])
        #expect(try Self.violations("aA1-" + String(repeating: "\u{1F680}", count: 7), policy) == [.tooShort])
        #expect(try Self.violations("aA1-" + String(repeating: "\u{1F680}", count: 12), policy) == [])
        #expect(try Self.violations("aA1-" + String(repeating: "\u{1F680}", count: 13), policy) == [.tooLong])
        // One character, four code points.
        #expect(try Self.violations("aA1-x" + "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{1F3FD}x", policy) == [])
    }

    @Test(arguments: [
        "Featherstone1990!", "Bartholomew-1990", "featherstone.B1!", "F3atherst0ne!99", "Gatehouse-2026!",
        "Brokerage7!7!7!",
    ])
    func `refuses what is built from the person's own words`(password: String) throws {
        let words = ["gatehouse", "Bartholomew", "Featherstone", "b.featherstone@brokerage.example", "brokerage"]
        #expect(try Self.violations(password, words: words).contains(.guessable))
    }

    @Test func `is not moved by words too short to mean anything`() throws {
        #expect(try Self.violations("Zk7-quilt-Harbor-91", words: ["", "Z", "k7", "\u{0}"]) == [])
    }

    @Test func `each rule can be switched off`() throws {
        let lenient = PasswordPolicy(
            minimumLength: 1, requiresUppercase: false, requiresLowercase: false, requiresNumber: false,
            requiresSpecialCharacter: false, minimumGuesses: 0)
        #expect(try Self.violations("a", lenient) == [])
    }

    @Test(arguments: PasswordPolicy.Violation.allCases)
    func `says what to do about each`(violation: PasswordPolicy.Violation) {
        #expect(PasswordPolicy().explanation(of: violation).count > 10)
    }

    @Test func `judges random bytes without a crash`() throws {
        var dice = Dice(seed: 3)
        for _ in 0..<300 {
            let text = String(decoding: dice.bytes(dice.number(0...200)), as: UTF8.self)
            guard let password = Password(text) else { continue }
            _ = PasswordPolicy().violations(of: password, words: [text, "a\u{0}b", String(text.prefix(5))])
        }
    }

    @Test func `takes a moment for the longest password`() throws {
        let clock = ContinuousClock()
        let took = try clock.measure {
            for _ in 0..<5 { _ = try Self.violations(String(repeating: "aB1!", count: 1_000)) }
            for _ in 0..<5 { _ = try Self.violations(String(repeating: "aB1!", count: 32)) }
        }
        #expect(took < .seconds(2))
    }
}
