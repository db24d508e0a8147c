import Core
import Storage
import Testing

@Suite struct `sealed cursors` {
    private let sealer = CursorSealer(key: Secret(Array(0..<32)))
    private let reader = AccountID(high: 1, low: 2)
    private let position: [SQLValue] = [
        .integer(-1), .text("Łukasz\u{0}"), .null, .real(0.5), .bytes([0, 255]), .identifier(high: 1, low: .max),
    ]

    private func binding(_ facts: [String?] = ["-createdAt", nil]) -> CursorBinding {
        CursorBinding(list: "clients", reader: reader, facts: facts)
    }

    @Test func `a cursor gives back the position it was made of`() {
        let cursor = sealer.seal(position, for: binding())
        #expect(sealer.open(cursor, for: binding()) == position)
        #expect(cursor.utf8.allSatisfy(isURLSafe))
    }

    @Test func `every flipped bit is noticed`() throws {
        let cursor = sealer.seal(position, for: binding())
        let bytes = try #require(Base64URL.decode(cursor))
        var accepted: [Int] = []
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            if sealer.open(Base64URL.encode(flipped), for: binding()) != nil { accepted.append(bit) }
        }
        let text = Array(cursor.utf8)
        for bit in 0..<text.count * 8 {
            var flipped = text
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            if sealer.open(String(decoding: flipped, as: UTF8.self), for: binding()) != nil { accepted.append(bit) }
        }
        #expect(accepted == [])
    }

    @Test func `a shortened or lengthened cursor is refused`() {
        let cursor = sealer.seal(position, for: binding())
        let shorter = (0..<cursor.utf8.count).filter {
            sealer.open(cursor.prefix($0).description, for: binding()) != nil
        }
        #expect(shorter == [])
        for end in ["A", "AA", "AAAA", "=", " "] { #expect(sealer.open(cursor + end, for: binding()) == nil) }
        #expect(sealer.open(String(repeating: "A", count: 100_000), for: binding()) == nil)
    }

    @Test(arguments: [
        ["-createdAt", "a"], ["createdAt", nil], ["-createdAt"], ["-createdAt", nil, nil], ["-createdAt", ""], [],
    ])
    func `a cursor of other filters or another order is refused`(facts: [String?]) {
        #expect(sealer.open(sealer.seal(position, for: binding()), for: binding(facts)) == nil)
    }

    @Test func `filters that run together differently are not the same filters`() {
        #expect(sealer.open(sealer.seal(position, for: binding(["ab", "c"])), for: binding(["a", "bc"])) == nil)
        #expect(sealer.open(sealer.seal(position, for: binding([nil, "a"])), for: binding(["a", nil])) == nil)
    }

    @Test func `a cursor of another person, list or key is refused`() {
        let cursor = sealer.seal(position, for: binding())
        let facts: [String?] = ["-createdAt", nil]
        let stranger = CursorBinding(list: "clients", reader: AccountID(high: 1, low: 3), facts: facts)
        let otherList = CursorBinding(list: "events", reader: reader, facts: facts)
        #expect(sealer.open(cursor, for: stranger) == nil)
        #expect(sealer.open(cursor, for: otherList) == nil)
        #expect(CursorSealer(key: Secret(Array(1..<33))).open(cursor, for: binding()) == nil)
    }

    @Test func `random bytes are refused and never trap`() {
        var state: UInt64 = 42
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            #expect(sealer.open(Base64URL.encode(bytes), for: binding()) == nil)
        }
    }

    private func isURLSafe(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 95
    }
}
