import Testing

@testable import ContactFiles

@Suite struct `a CSV file` {
    @Test(arguments: [
        ("a,b\n1,2\n", [["1", "2"]]), ("a,b\r\n1,2\r\n3,4", [["1", "2"], ["3", "4"]]),
        ("a,b\r1,2\r3,4\r", [["1", "2"], ["3", "4"]]),
        ("a,b\n\"1,x\",\"2 \"\"y\"\"\"\n", [["1,x", "2 \"y\""]]),
        ("a,b\n\"1\r\nx\",2\n3,4\n", [["1\r\nx", "2"], ["3", "4"]]),
        ("a,b\n,\"\"\n1,\n", [["1", ""]]), ("a,b\n\n\n1,2\n   \n3,4\n\n", [["1", "2"], ["3", "4"]]),
        ("a,b\n1, \"2\" \n", [["1", "2"]]), ("a,b\n 1 , 2\n", [[" 1 ", " 2"]]),
        ("a,b\n5\" pipe,x\n", [["5\" pipe", "x"]]),
        ("a,b\n\"\",\"\n\"\n1,2", [["1", "2"]]), ("a,b\n\"1\",\"\"\"\"\n", [["1", "\""]]),
    ])
    func `is read as RFC 4180 has it`(text: String, rows: [[String]]) {
        let file = ReadCSV(text)
        #expect(file.header == ["a", "b"])
        #expect(file.rows == rows)
        #expect(file.codes.allSatisfy { $0.isEmpty })
        #expect(file.rowsRead == rows.count)
    }

    @Test(arguments: [
        ("name;mail;note\nA;a@x.com;one, two\n", UInt8(ascii: ";")), ("name\tmail\nA\ta@x.com\n", 9),
        ("name|mail\nA|b;c\n", UInt8(ascii: "|")), ("name\nA\n", UInt8(ascii: ",")),
        ("\"last, first\";mail\n\"B, A\";a@x.com\n", UInt8(ascii: ";")),
        ("a,b,c\n1;2;3;4,5,6\n1,2,3\n", UInt8(ascii: ",")),
    ])
    func `says by itself what stands between its cells`(text: String, delimiter: UInt8) {
        var reader = CSVReader()
        reader.feed(Array(text.utf8))
        reader.finish()
        #expect(reader.next() != nil)
        #expect(reader.delimiter == delimiter)
    }

    @Test(arguments: ["sep=;\r\na;b\r\n1;2\r\n", "SEP=;\na;b\n1;2\n"])
    func `may name the separator in a first line, as Excel does`(text: String) {
        let file = ReadCSV(text)
        #expect(file.header == ["a", "b"])
        #expect(file.rows == [["1", "2"]])
        #expect(file.lines == [3])
    }

    @Test func `tells the line on which each row begins`() {
        #expect(ReadCSV("a,b\r\n\"1\r\n\n2\",x\r\n\r\n3,4\r\n5,6").lines == [2, 6, 7])
    }

    @Test func `has empty cells where a row is too short, and a problem where it is too long`() {
        let file = ReadCSV("a,b,c\n1\n1,2,3,,,\n1,2,3,4\n5,6,7\n")
        #expect(file.rows.map(\.count) == [1, 3, 4, 3])
        #expect(file.codes == [[], [], [.surplusCells], []])
        #expect(file.rejected == [2])
        var row = CSVRow()
        row.split(Array("x".utf8).span, delimiter: 44)
        #expect(row.text(at: 2) == "")
        #expect(row.text(at: -1) == "")
    }

    @Test func `with 500 columns is read, and with 5,000 refused with their number`() throws {
        let wide = (1...500).map { "c\($0)" }.joined(separator: ",")
        #expect(ReadCSV(wide + "\n1,2\n").header?.count == 500)
        let wider = (1...5000).map { "c\($0)" }.joined(separator: ",")
        var reader = CSVReader()
        reader.feed(Array((wider + "\n1,2\n").utf8))
        reader.finish()
        #expect(reader.next() == nil)
        let refusal = try #require(reader.refusal)
        #expect(refusal.code == .tooManyColumns)
        #expect(refusal.words == "The file has 5000 columns; at most 500 are read.")
    }

    @Test(arguments: ["", "\n\n  \n", "\u{FEFF}"])
    func `of nothing is refused`(text: String) { #expect(ReadCSV(text).refusal == .empty) }

    @Test(arguments: ["PK\u{3}\u{4}rest", "%PDF-1.7"])
    func `that is a workbook or a PDF is refused by name`(text: String) { #expect(ReadCSV(text).refusal == .notText) }
}

@Suite struct `a bad row of a CSV file` {
    @Test func `with a lone quote costs itself alone`() {
        let rest = (1...2000).map { "\($0),plain\n" }.joined()
        let file = ReadCSV("a,b\n0,\"lone\n" + rest)
        #expect(file.rejected == [0])
        #expect(file.codes[0] == [.unclosedQuote])
        #expect(file.rows[0] == ["0,\"lone"])
        #expect(file.rows.count == 2001)
        #expect(file.lines == Array(2...2002))
    }

    @Test func `with a lone quote does not eat the quoted rows after it`() {
        let file = ReadCSV("a,b\n0,\"lone\n\"1\",\"x\"\n2,\"y\nz\"\n3,w\n")
        #expect(file.rejected == [0])
        #expect(file.rows[1...] == [["1", "x"], ["2", "y\nz"], ["3", "w"]])
    }

    @Test func `is given up at the bound and reading goes on in its second line`() {
        var options = CSVOptions()
        options.longestRow = 1000
        let rest = (1...2000).map { "\($0),plain\n" }.joined()
        let file = ReadCSV("a,b\n0,\"lone\n" + rest + "x,\"multi\nline\"\n", options: options)
        #expect(file.rejected == [0])
        #expect(file.rows.count == 2002)
        #expect(file.rows.last == ["x", "multi\nline"])
    }

    @Test func `cannot make reading take the square of the file's length`() {
        // Each of these lines ends inside of quotes, whether it begins there or not.
        let file = ReadCSV("a,b\n" + String(repeating: "a\",\"z\n", count: 60_000))
        #expect(file.rows.count == 60_000)
        #expect(file.rejected.count == 60_000)
    }

    @Test func `with quotes that should be doubled is read and told of`() {
        let file = ReadCSV("a,b\n\"the \"big\" one\",x\n1,2\n")
        #expect(file.rows == [["the \"big\" one", "x"], ["1", "2"]])
        #expect(file.codes == [[.strayQuote], []])
        #expect(file.rejected == [])
    }

    @Test func `without an end is cut off in constant memory`() {
        var options = CSVOptions()
        options.longestRow = 100
        options.longestCell = 50
        let long = String(repeating: "x", count: 5000)
        let file = ReadCSV("a,b\n\(long)\n1,2\n" + String(repeating: "y", count: 60) + ",1\n", options: options)
        #expect(file.codes == [[.rowTooLong], [], [.cellTooLong]])
        #expect(file.rows[1] == ["1", "2"])
        #expect(file.rows[0][0].utf8.count == 50)
    }

    @Test(arguments: ["x", "\"x", "x,\"\"", "a\",\"z\n", ",", "\n"])
    func `is never held, however long the file`(piece: String) {
        var options = CSVOptions()
        options.longestRow = 100_000
        var reader = CSVReader(options: options)
        reader.feed(Array("a,b\n0,\"lone\n".utf8))
        let chunk = Array(String(repeating: piece, count: 8192).utf8)
        var (most, fed) = (0, 0)
        while fed < 1_500_000 {
            reader.feed(chunk)
            fed += chunk.count
            while let row = reader.next() { most = max(most, row.bytes.count) }
            most = max(most, reader.heldBytes)
        }
        #expect(most < 400_000)
    }

    @Test func `keeps everything but its NUL bytes, and says so`() {
        let file = ReadCSV("a,b\nA\u{0}da,\u{0}\nB,c\n")
        #expect(file.rows == [["Ada", ""], ["B", "c"]])
        #expect(file.codes == [[.nulByte], []])
        #expect(file.rejected == [])
    }

    @Test func `may hold formulas: they are text`() {
        let file = ReadCSV("a,b\n=1+1,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\n")
        #expect(file.rows == [["=1+1", "=HYPERLINK(\"http://x\",\"y\")"]])
    }
}

@Suite struct `reading CSV in pieces` {
    static let small =
        "a;b;c\r\n\"1\r\nx\"\"y\";2;é\r\n\n3;\"lone\r\n4;5;6\r7;\"q\" ;\"in \"side\"\r\n8;\u{0};9;10;11\n\"12\";€;\"\"\r\n\"end"

    @Test(arguments: TextEncoding.allCases)
    func `gives the same rows wherever it is cut`(encoding: TextEncoding) {
        let bytes = Encoded.bytes(of: Self.small, in: encoding, marked: false)
        let whole = ReadCSV(bytes)
        #expect(whole.rows.count == 7)
        for cut in 0...bytes.count { #expect(ReadCSV(bytes, cuts: [cut]) == whole) }
        #expect(ReadCSV(bytes, cuts: Array(0..<bytes.count)) == whole)
    }

    @Test func `gives the same rows around the bounds of a row`() {
        var options = CSVOptions()
        options.longestRow = 12
        let bytes = Array(
            "a,b\n1,2\n123456789012,\n\"1\n3456\n8901\",\n\"1\n3456\n89012\",\n1,\"\n123456789012345\n6,7\n".utf8)
        let whole = ReadCSV(bytes, options: options)
        for first in 0...bytes.count {
            for second in first...bytes.count {
                #expect(ReadCSV(bytes, cuts: [first, second], options: options) == whole)
            }
        }
    }

    @Test func `of any bytes ends, and gives out every row that it reads`() {
        var random = RandomSource(seed: 7)
        var options = CSVOptions()
        options.longestRow = 60
        options.longestCell = 40
        for _ in 0..<3000 {
            let bytes = random.bytes(random.number(below: 300), alphabet: "ab,;\"\"\n\r\n é\t|")
            let whole = ReadCSV(bytes, options: options)
            #expect(whole.rows.count == whole.rowsRead)
            let cut = random.number(below: bytes.count + 1)
            #expect(ReadCSV(bytes, cuts: [cut], options: options) == whole)
            #expect(whole.lines == whole.lines.sorted())
        }
    }
}
