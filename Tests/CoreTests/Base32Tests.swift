import Core
import TestSupport
import Testing

@Suite struct `base32` {
    /// RFC 4648 §10, without the padding.
    private static let vectors = [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ]

    @Test(arguments: vectors)
    func `meets the vectors of RFC 4648, both ways and in either case`(plain: String, text: String) {
        #expect(Base32.encode(Array(plain.utf8)) == text)
        #expect(Base32.decode(text) == Array(plain.utf8))
        #expect(Base32.decode(text.lowercased()) == Array(plain.utf8))
    }

    @Test func `brings back whatever was written`() {
        let world = TestWorld()
        for length in 0..<200 {
            let bytes = world.randomBytes(length)
            #expect(Base32.decode(Base32.encode(bytes)) == bytes)
        }
    }

    @Test(arguments: ["M", "MZX", "MZXW6Y", "MZ=", "M1", "M0", "MR", "é", "MZXW6YTBOJ"])
    func `refuses what no bytes are written as`(text: String) {
        #expect(Base32.decode(text) == nil)
    }
}
