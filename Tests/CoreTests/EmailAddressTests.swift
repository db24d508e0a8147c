import Core
import Testing

@Suite struct `an e-mail address` {
    @Test(arguments: [
        ("ana@example.com", "ana@example.com"), (" Ana.Smith+news@Example.COM\t", "ana.smith+news@example.com"),
        ("o'neil@sub.example.co.uk", "o'neil@sub.example.co.uk"), ("a@b.c", "a@b.c"),
        ("x@xn--bcher-kva.example", "x@xn--bcher-kva.example"), ("!#$%&'*+/=?^_`{|}~-@1.2", "!#$%&'*+/=?^_`{|}~-@1.2"),
    ])
    func `is kept in one form`(_ typed: String, _ text: String) throws {
        let address = try #require(EmailAddress(typed))
        #expect(address.text == text)
        #expect(EmailAddress(address.text) == address)
    }

    @Test func `tells its parts`() throws {
        let address = try #require(EmailAddress("Ana.Smith@Example.com"))
        #expect(address.localPart == "ana.smith")
        #expect(address.domain == "example.com")
    }

    @Test(arguments: [
        // The Kelvin sign and full-width letters become plain ones in other hands.
        "mi\u{212A}e@example.com", "ａna@example.com", "ana@ｅxample.com", "ana@example.com\u{200B}", "anä@example.com",
        "", "@", "ana", "ana@", "@example.com", "ana@example", "ana@@example.com", "a@b@c.d", "ana@.com",
        "ana@example.",
        "ana@example..com", "ana@-example.com", "ana@example-.com", ".ana@example.com", "ana.@example.com",
        "an..a@example.com", "an a@example.com", "ana@exam ple.com", "\"ana\"@example.com", "ana@[127.0.0.1]",
        "ana@example.com\n", "ana\0@example.com", "ana@example.com, ben@example.com", "Ana <ana@example.com>",
        "ana@exa_mple.com",
    ])
    func `is not made of anything else`(_ typed: String) {
        #expect(EmailAddress(typed) == nil)
    }

    @Test func `is bounded in length`() {
        let domain = Array(repeating: String(repeating: "d", count: 60), count: 3).joined(separator: ".")
        #expect(EmailAddress(String(repeating: "a", count: 64) + "@" + domain) != nil)
        #expect(EmailAddress(String(repeating: "a", count: 65) + "@" + domain) == nil)
        #expect(EmailAddress("a@" + domain + "." + String(repeating: "e", count: 63)) != nil)
        #expect(EmailAddress("aaaaaaaaa@" + domain + "." + String(repeating: "e", count: 63)) == nil)
        #expect(EmailAddress("a@" + String(repeating: "d", count: 64) + ".com") == nil)
    }

    @Test func `is read from random bytes without a trap`() {
        for text in RandomText(alphabet: "aZ9@@..-_ \u{212A}").texts(20_000, upTo: 20) {
            if let address = EmailAddress(text) { #expect(EmailAddress(address.text) == address) }
        }
    }
}
