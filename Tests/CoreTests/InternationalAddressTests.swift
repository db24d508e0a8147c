import Core
import Testing

@Suite struct `an e-mail address whose domain has letters of its own` {
    @Test(arguments: [
        ("x@exämple.com", "x@xn--exmple-cua.com", "x@exämple.com"),
        // In capitals, and decomposed.
        (" X@EXÄMPLE.COM ", "x@xn--exmple-cua.com", "x@exämple.com"),
        ("x@exa\u{308}mple.com", "x@xn--exmple-cua.com", "x@exämple.com"),
        ("x@XN--Exmple-CUA.com", "x@xn--exmple-cua.com", "x@exämple.com"),
        // IDNA 2008 keeps what IDNA 2003 mapped to `ss` and σ.
        ("x@straße.de", "x@xn--strae-oqa.de", "x@straße.de"), ("x@STRAẞE.de", "x@xn--strae-oqa.de", "x@straße.de"),
        ("x@strasse.de", "x@strasse.de", "x@strasse.de"), ("x@βόλος.gr", "x@xn--nxasmm1c.gr", "x@βόλος.gr"),
        ("x@βόλοσ.gr", "x@xn--nxasmq6b.gr", "x@βόλοσ.gr"), ("x@例え.jp", "x@xn--r8jz45g.jp", "x@例え.jp"),
        ("x@bücher.example.한국", "x@xn--bcher-kva.example.xn--3e0b707e", "x@bücher.example.한국"),
        // Right-to-left, and joiners where their scripts use them.
        ("x@אבג.com", "x@xn--4dbcd.com", "x@אבג.com"), ("x@l·l.cat", "x@xn--ll-0ea.cat", "x@l·l.cat"),
        ("x@نامه\u{200C}ای.com", "x@xn--mgba3gch31f060k.com", "x@نامه\u{200C}ای.com"),
        // Made to be taken for others: a Cyrillic а, a Greek ο. Of one alphabet alone they are nobody else.
        ("x@\u{430}pple.com", "x@xn--pple-43d.com", "x@xn--pple-43d.com"),
        ("x@g\u{3BF}od.com", "x@xn--god-9yc.com", "x@xn--god-9yc.com"),
        ("x@пример.com", "x@xn--e1afmkfd.com", "x@пример.com"), ("x@日本a.jp", "x@xn--a-jn6bt1b.jp", "x@日本a.jp"),
    ])
    func `is kept as mail carries it and shown as it is written`(_ typed: String, _ text: String, _ shown: String)
        throws
    {
        let address = try #require(EmailAddress(typed))
        #expect(address.text == text)
        #expect(address.shown.unicodeScalars.elementsEqual(shown.unicodeScalars))
        #expect(EmailAddress(address.text) == address)
        #expect(EmailAddress(address.shown) == address)
        #expect(EmailAddress(kept: address.text) == address)
    }

    @Test(arguments: [
        // Letters that become plain ones in other hands: full-width, the Kelvin sign, a dotted capital i, an ideographic full stop.
        "x@\u{FF45}xample.com", "x@ex\u{212A}mple.com", "x@\u{130}stanbul.com", "x@例え\u{3002}jp",
        "x@exämple\u{FF0E}com",
        // What may stand in no name: signs, emoji, invisible letters, joiners out of place.
        "x@☃.com", "x@💩.la", "x@xn--ls8h.la", "x@ä\u{AD}b.com", "x@ä\u{200B}.com", "x@a\u{200D}ä.com", "x@ab·c\u{E9}l.",
        "x@\u{308}a.com", "x@ä_b.com", "x@ä b.com", "x@\u{202E}ä.com", "x@ä\u{FE0F}.com",
        // Directions that do not go together (RFC 5893).
        "x@אבגabc.com", "x@1אבג.com",
        // Hyphens at the ends and in the places of `xn--`.
        "x@-ä.com", "x@ä-.com", "x@xn----0fa.com", "x@xn----zfa.com", "x@ab--ä.com",
        // `xn--` that does not decode, that decodes to what may not stand, and that is not what its letters encode to.
        "x@xn--.com", "x@xn--a.com", "x@xn--ss-gma.com", "x@xn--a-ecp.ru", "x@xn--abc-.com", "x@xn--ä.com",
        "x@xn--99999999999.com",
        "x@ä", "x@ä..com", "x@.ä.com", "x@ä.com.", "x@", "ä@exämple.com", "x@exämple.com@exämple.com", "x@[ä]",
        // Headers that somebody would add to a mail, and the end of a C string.
        "x@exämple.com\r\nBcc: y@example.com", "x@exämple.com\nBcc:y@example.com", "x@ä\r.com",
        "x@exämple.com\0.example.com",
        "x@exämple.com\u{85}Bcc: y@example.com", "x@exämple.com\u{2028}Bcc: y@example.com",
        "x@exämple.com>,<y@example.com",
        "x\r\n@exämple.com", "x@exämple.com, y@example.com", "x@ä\u{7F}.com", "x@ä\t.com",
    ])
    func `is not made of anything else`(_ typed: String) { #expect(EmailAddress(typed) == nil) }

    @Test func `is bounded in the form in which it is kept`() {
        // 58 letters and one of its own become 63 and more.
        let fits = EmailAddress("x@" + String(repeating: "a", count: 53) + "ä.com")
        #expect(fits.map { $0.domain.prefix { $0 != "." }.count } ?? 64 <= 63)
        #expect(fits != nil)
        #expect(EmailAddress("x@" + String(repeating: "a", count: 60) + "ä.com") == nil)
        #expect(EmailAddress("x@" + String(repeating: "ä", count: 64) + ".com") == nil)
        let long = Array(repeating: String(repeating: "ä", count: 20), count: 12).joined(separator: ".")
        #expect(EmailAddress("x@\(long).com") == nil)
        #expect(EmailAddress("x@" + String(repeating: "例", count: 100_000) + ".jp") == nil)
    }

    @Test func `is one with its encoded form, and another than its look-alike`() throws {
        let address = try #require(EmailAddress("x@exämple.com"))
        #expect(address == EmailAddress("X@xn--exmple-CUA.com"))
        #expect(Set([address, try #require(EmailAddress("x@EXA\u{308}MPLE.com"))]).count == 1)
        #expect(EmailAddress("x@straße.de") != EmailAddress("x@strasse.de"))
        #expect(EmailAddress("x@\u{430}pple.com") != EmailAddress("x@apple.com"))
        #expect(address.domain == "xn--exmple-cua.com")
    }

    @Test func `stays readable where it was kept under older rules`() throws {
        #expect(EmailAddress("x@xn--a-ecp.ru") == nil)
        let kept = try #require(EmailAddress(kept: "x@xn--a-ecp.ru"))
        #expect(kept.text == "x@xn--a-ecp.ru")
        #expect(EmailAddress(kept: "x@exämple.com") == nil)
    }

    @Test func `is read from random letters without a trap, and its forms lead to each other`() {
        for text in RandomText(alphabet: "aZ9@.-xnäßςа例א\u{308}\u{200D}\u{212A}\u{0}").texts(20_000, upTo: 16) {
            for typed in [text, "x@\(text)", "x@xn--\(text).com"] {
                guard let address = EmailAddress(typed) else { continue }
                #expect(address.text.utf8.allSatisfy { (33...126).contains($0) })
                #expect(EmailAddress(address.text) == address)
                #expect(EmailAddress(address.shown) == address)
            }
        }
    }
}
