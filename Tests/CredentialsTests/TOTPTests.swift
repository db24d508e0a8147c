import Accounts
import Core
import Credentials
import TestSupport
import Testing

@Suite struct `codes of an authenticator app` {
    private static let secret = Array("12345678901234567890".utf8)

    /// RFC 6238 appendix B, the rows for SHA-1: seconds since 1970, and eight digits.
    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func `meet the vectors of RFC 6238`(seconds: Int64, code: String) {
        let step = TOTP.step(at: Timestamp(seconds: seconds))
        #expect(TOTP.code(secret: Self.secret, step: step, digits: 8) == code)
        #expect(TOTP.code(secret: Self.secret, step: step) == String(code.suffix(6)))
    }

    /// RFC 4226 appendix D.
    @Test func `meet the vectors of RFC 4226`() {
        let codes = (0..<10).map { TOTP.code(secret: Self.secret, step: $0) }
        #expect(
            codes == [
                "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
            ])
    }

    @Test func `count one step before and one after their own`() {
        let now = Timestamp(seconds: 1_111_111_111)
        let present = TOTP.step(at: now)
        for distance in Int64(-3)...3 {
            let code = TOTP.code(secret: Self.secret, step: present + distance)
            let found = TOTP.steps(matching: code, secret: Self.secret, at: now)
            #expect(found == (abs(distance) <= 1 ? [present + distance] : []))
        }
    }

    @Test func `may be typed with a space between`() {
        let now = Timestamp(seconds: 59)
        #expect(TOTP.steps(matching: "287 082", secret: Self.secret, at: now) == [1])
        #expect(TOTP.steps(matching: " 287-082 ", secret: Self.secret, at: now) == [1])
    }

    @Test(arguments: [
        "", "28708", "2870820", "28708x", "２８７０８２", "287082\n", "-287082", String(repeating: "2", count: 9000),
    ])
    func `are six digits and nothing else`(typed: String) {
        let found = TOTP.steps(matching: typed, secret: Self.secret, at: Timestamp(seconds: 59))
        // Dashes are dropped like spaces, wherever they stand.
        #expect(found == (typed == "-287082" ? [1] : []))
    }

    @Test func `never trap on what strangers type`() {
        let world = TestWorld()
        for _ in 0..<5000 {
            let length = Int(world.randomBytes(1).first ?? 0) % 40
            let text = String(decoding: world.randomBytes(length), as: UTF8.self)
            _ = TOTP.steps(matching: text, secret: Self.secret, at: world.now)
        }
        _ = TOTP.steps(matching: "000000", secret: [], at: Timestamp(milliseconds: .min))
        _ = TOTP.steps(matching: "000000", secret: [], at: Timestamp(milliseconds: .max))
    }

    @Test func `are told to an app by an address that holds any name`() {
        let plain = OTPAuthURI.text(secret: Self.secret, issuer: "Gatehouse", account: "ana@example.com")
        #expect(
            plain
                == "otpauth://totp/Gatehouse:ana%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Gatehouse&algorithm=SHA1&digits=6&period=30")
        let odd = OTPAuthURI.text(secret: Self.secret, issuer: "Möwe & Söhne", account: "🏡?x=1")
        #expect(odd.contains("M%C3%B6we%20%26%20S%C3%B6hne:%F0%9F%8F%A1%3Fx%3D1?secret="))
        #expect(odd.utf8.allSatisfy { $0 < 128 })
    }
}
