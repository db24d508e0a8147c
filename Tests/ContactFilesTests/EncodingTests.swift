import Testing

@testable import ContactFiles

/// Texts as bytes of the encodings.
enum Encoded {
    static func bytes(of text: String, in encoding: TextEncoding, marked: Bool) -> [UInt8] {
        switch encoding {
        case .utf8: (marked ? [0xEF, 0xBB, 0xBF] : []) + Array(text.utf8)
        case .windows1252: text.unicodeScalars.map { $0.value == 0x20AC ? 0x80 : UInt8(truncatingIfNeeded: $0.value) }
        case .utf16LittleEndian:
            (marked ? [0xFF, 0xFE] : []) + text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
        case .utf16BigEndian:
            (marked ? [0xFE, 0xFF] : []) + text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        }
    }
}

@Suite struct `the encoding of a file` {
    @Test(arguments: TextEncoding.allCases, [true, false])
    func `is found with a byte order mark and without`(encoding: TextEncoding, marked: Bool) {
        let file = ReadCSV(Encoded.bytes(of: "Näme,Preis\nJosé,5 €\n", in: encoding, marked: marked))
        #expect(file.header == ["Näme", "Preis"])
        #expect(file.rows == [["José", "5 €"]])
        #expect(file.encoding == encoding)
        #expect(file.codes == [[]])
    }

    @Test func `is the first accented row's when the first 64 KiB are ASCII`() {
        let plain = "a,b\n" + String(repeating: "1,2\n", count: 20_000)
        let old = ReadCSV(Array(plain.utf8) + [0xE9, 44, 0x80, 10, 0xFC, 10])
        #expect(old.rows.suffix(2) == [["é", "€"], ["ü"]])
        #expect(old.codes.allSatisfy { $0.isEmpty })
        #expect(ReadCSV(plain + "é,ü\n").rows.last == ["é", "ü"])
    }

    @Test func `may not change on the way: the row is read and told of`() {
        let modern = ReadCSV(Array("a,b\né,1\n".utf8) + [0xE9, 44, 0xC3, 0xA9, 10] + Array("ü,2\n".utf8), cuts: [])
        // Four letters in one encoding against one in the other: the whole prefix is no UTF-8, so each row speaks for itself.
        #expect(modern.rows == [["é", "1"], ["é", "Ã©"], ["ü", "2"]])
        #expect(modern.codes == [[.mixedEncodings], [], [.mixedEncodings]])
        let long = "a,b\n" + String(repeating: "é,2\n", count: 20_000)
        let late = ReadCSV(Array(long.utf8) + [0xE9, 44, 0xC3, 0xA9, 10] + Array("ü,3\n".utf8))
        #expect(late.rows.suffix(2) == [["é", "é"], ["ü", "3"]])
        #expect(late.codes.suffix(2) == [[.mixedEncodings], []])
        #expect(late.rejected == [])
    }

    @Test func `of half a surrogate pair leaves a mark and a problem`() {
        let bytes = Encoded.bytes(of: "a,b\nx", in: .utf16LittleEndian, marked: true) + [0x3D, 0xD8, 44, 0, 0x31, 0]
        let file = ReadCSV(bytes + Encoded.bytes(of: "\n😀,2", in: .utf16LittleEndian, marked: false))
        #expect(file.rows == [["x\u{FFFD}", "1"], ["😀", "2"]])
        #expect(file.codes == [[.badCharacters], []])
    }

    @Test(arguments: TextEncoding.allCases)
    func `does not hide whether it is a vCard`(encoding: TextEncoding) {
        let card = Encoded.bytes(of: "\r\nbegin:vcard\r\nVERSION:3.0\r\n", in: encoding, marked: true)
        #expect(ContactFileKind(firstBytes: card) == .vCard)
        #expect(ContactFileKind(firstBytes: Encoded.bytes(of: "Begin,End\n", in: encoding, marked: true)) == .csv)
    }

    @Test func `is not taken for UTF-16 because of a NUL`() {
        #expect(ReadCSV("a,b\n1\u{0},2\n3,4\n").encoding == nil)
    }

    @Test func `is UTF-8 when the last character of the first 64 KiB is cut in two`() {
        for shift in 0..<4 {
            let text = "a,b\n" + String(repeating: "x", count: shift) + String(repeating: "😀,2\n", count: 10_000)
            let file = ReadCSV(text)
            #expect(file.encoding == .utf8)
            #expect(file.codes.allSatisfy { $0.isEmpty })
        }
    }
}
