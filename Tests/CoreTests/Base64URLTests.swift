import Core
import TestSupport
import Testing

@Suite struct `base64url` {
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `agrees with RFC 4648`(_ plain: String, _ encoded: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(plain.utf8))
    }

    @Test func `uses the alphabet that is safe in a URL`() {
        #expect(Base64URL.encode([0xFB, 0xEF, 0xFF]) == "--__")
        #expect(Base64URL.decode("--__") == [0xFB, 0xEF, 0xFF])
    }

    @Test(arguments: [
        "Z", "Zm9vY", "Zg==", "Zm8=", "Zm9v\n", " Zm9v", "Zm+v", "Zm/v", "Zh", "Zm9", "Zm9vYh", "Zm9é", "Zm\09v",
    ])
    func `refuses padding, foreign characters, impossible lengths and stray bits`(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `gives back any bytes, and reads any text without a trap`() {
        let time = TestWorld()
        for length in 0..<200 {
            let bytes = time.randomBytes(length)
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        for text in RandomText(alphabet: "ABCDwxyz0189-_+/=").texts(20_000, upTo: 24) {
            if let bytes = Base64URL.decode(text) { #expect(Base64URL.encode(bytes) == text) }
        }
    }
}
