import Core
import FoundationEssentials
import TestSupport
import Testing

@Suite struct `an identifier` {
    typealias ID = Identifier<Int>

    @Test func `is a UUID of version 7 and carries its moment`() throws {
        // The example of RFC 9562, appendix A.6.
        let random: [UInt8] = [0x0C, 0xC3, 0x18, 0xC4, 0xDC, 0x0C, 0x0C, 0x07, 0x39, 0x8F]
        let id = ID(at: Timestamp(milliseconds: 0x017F_22E2_79B0), random: random)
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
        #expect(ID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F") == id)
        #expect(ID(bytes: id.bytes) == id)
        #expect(id.textBytes == Array(id.description.utf8))
    }

    @Test func `of a later moment sorts after`() {
        let time = TestWorld()
        var previous: ID = time.world.identifier()
        for _ in 0..<100 {
            time.advance(by: .milliseconds(1))
            let next: ID = time.world.identifier()
            #expect(previous < next && previous.description < next.description)
            previous = next
        }
    }

    @Test(arguments: [
        "", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
        "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", "017g22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "０17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e-279b0-7cc3-98c4-dc0c0c07398f",
    ])
    func `is not read out of anything else`(_ text: String) {
        #expect(ID(text) == nil)
    }

    @Test func `takes few or no random bytes and every number of bytes but 16 without a trap`() {
        for count in 0..<40 {
            #expect((ID(bytes: [UInt8](repeating: 1, count: count)) != nil) == (count == 16))
            #expect(ID(at: TestWorld.start, random: Array(repeating: 255, count: count)).bytes.count == 16)
        }
        for text in RandomText(alphabet: "0123456789abcdefABCDEF-").texts(20_000, upTo: 40) {
            if let id = ID(text) { #expect(id.description == text.lowercased()) }
        }
    }

    @Test func `is a string in JSON`() throws {
        let id = ID(high: 1, low: .max)
        let json = try JSONEncoder().encode([id])
        #expect(String(decoding: json, as: UTF8.self) == "[\"00000000-0000-0001-ffff-ffffffffffff\"]")
        #expect(try JSONDecoder().decode([ID].self, from: json) == [id])
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([ID].self, from: Data("[\"x\"]".utf8)) }
    }
}
