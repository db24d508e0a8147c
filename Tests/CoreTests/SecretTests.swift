import Core
import Testing

@Suite struct `a secret` {
    private struct Holder {
        let name = "holder"
        let secret = Secret("hunter2")
    }

    @Test func `shows nowhere that a value is printed`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(Holder(), to: &dumped)
        dump(["key": secret], to: &dumped)
        let printed = [
            "\(secret)", String(reflecting: secret), String(describing: Optional(secret)), "\([secret])",
            "\(["key": secret])", "\(Holder())", String(reflecting: Holder()), "\(Secret([UInt8]("hunter2".utf8)))",
            dumped,
        ]
        for text in printed {
            #expect(!text.contains("hunter2"))
            #expect(!text.contains("104, 117"))
        }
        #expect("\(secret)" == "<redacted>")
    }

    @Test func `is given only to those who ask for it`() {
        #expect(Secret("hunter2").exposed == "hunter2")
        #expect(Secret(1) == Secret(1))
        #expect(Secret(1) != Secret(2))
    }
}

@Suite struct `comparing in constant time` {
    @Test(
        arguments: [
            ([], [], true), ([1], [1], true), ([1], [2], false), ([1, 2], [1], false), ([], [0], false),
            ([0, 0, 0], [0, 0, 128], false), ([128, 0], [0, 0], false),
        ] as [([UInt8], [UInt8], Bool)])
    func `is right`(_ left: [UInt8], _ right: [UInt8], _ areEqual: Bool) {
        #expect(ConstantTime.equal(left, right) == areEqual)
        #expect(ConstantTime.equal(right, left) == areEqual)
    }
}
