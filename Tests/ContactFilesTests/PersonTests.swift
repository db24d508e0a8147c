import Core
import Testing

@testable import ContactFiles

@Suite struct `a row` {
    @Test func `has the values of its own cells and of no other row`() throws {
        let file = try ReadPeople("name,email,phone\nA,a@x.com,1\nB,,\nC,c@x.com,\n")
        #expect(file.people.map { $0.emails.map(\.value) } == [["a@x.com"], [], ["c@x.com"]])
        #expect(file.people.map { $0.phones.map(\.value) } == [["1"], [], []])
    }

    @Test(arguments: [
        "1-800-FLOWERS", "202 555 0143 ext. 12", "020 7946 0958", "+1 (202) 555-0143;ext=12", "ask Bob", "x",
    ])
    func `keeps a telephone number as typed`(phone: String) throws {
        let file = try ReadPeople("name,phone\nA,\"\(phone)\"\n")
        #expect(file.people.first?.phones.map(\.value) == [phone])
        #expect(file.problems == [])
    }

    @Test func `is somebody with a name, an address or a number alone, and else says that it is nobody`() throws {
        let file = try ReadPeople("name,email,phone,note\nA,,,\n,a@x.com,,\n,,5550100,\n,,,hello\n")
        #expect(file.people.count == 3)
        #expect(file.rows.count == 4)
        #expect(file.problems.map(\.code) == [.nobody])
        #expect(file.problems.map(\.line) == [5])
    }

    @Test(arguments: [
        ("a@x.com; b@x.com", ["a@x.com", "b@x.com"]), ("a@x.com,b@x.com", ["a@x.com", "b@x.com"]),
        ("a@x.com b@x.com", ["a@x.com", "b@x.com"]), ("a@x.com ::: b@x.com", ["a@x.com", "b@x.com"]),
        ("Ann <a@x.com>; <b@x.com>", ["a@x.com", "b@x.com"]), ("none", ["none"]),
        ("not an address", ["not an address"]),
        (";", []), ("a@x.com;", ["a@x.com"]),
    ])
    func `may have several addresses in one cell`(cell: String, addresses: [String]) {
        #expect(CellText.emails(cell) == addresses)
    }

    @Test func `may have several numbers in one cell, if each could be dialled`() {
        #expect(CellText.phones("202-555-0143; 202-555-0144") == ["202-555-0143", "202-555-0144"])
        #expect(CellText.phones("202-555-0143 / 12") == ["202-555-0143 / 12"])
        #expect(CellText.phones("5550100 ::: 5550101") == ["5550100", "5550101"])
    }

    @Test(arguments: [
        ("Maria Lopez", "Maria", "Lopez"), ("Lopez, Maria", "Maria", "Lopez"), ("Cher", "Cher", ""),
        ("Jan van der Berg", "Jan", "van der Berg"), ("John Smith Jr.", "John", "Smith Jr."),
        ("John Smith, Jr.", "John", "Smith, Jr."),
        ("Bob & Sue Smith", "Bob & Sue", "Smith"), ("  Ann   Lee ", "Ann", "Lee"), ("", "", ""),
        ("van Berg", "van", "Berg"),
    ])
    func `has a full name that is taken apart`(name: String, first: String, last: String) {
        #expect(PersonName.split(name) == (first, last))
    }

    @Test(
        arguments: [
            ("$450,000", 450_000, nil), ("450000.00", 450_000, nil), ("450k", 450_000, nil), ("1.2M", 1_200_000, nil),
            ("1.250.000 €", 1_250_000, nil), ("1.250,50", 1251, nil), ("300,000 - 400,000", 300_000, 400_000),
            ("$300k–$1.5m", 300_000, 1_500_000),
            ("USD 5,000", 5000, nil), ("1'250'000", 1_250_000, nil), ("0", 0, nil), ("12,5", 13, nil),
            ("500k+", 500_000, nil),
        ] as [(String, Int64, Int64?)])
    func `has a price as people write it`(cell: String, price: Int64, max: Int64?) throws {
        let read = try #require(PriceText.read(cell))
        #expect(read.price == price)
        #expect(read.max == max)
    }

    @Test(arguments: ["", "a lot", "12-34-56", "1e9", "9999999999999999999", "12k5", "k", "--", "$"])
    func `has a problem instead of a price that is none`(cell: String) { #expect(PriceText.read(cell) == nil) }

    @Test func `is kept without the cells that cannot be read, each told of with column and line`() throws {
        let file = try ReadPeople(
            "name,birthday,price,do not call,created\nA,31/31/1999,much,maybe,soon\nB,2/3/1999,5,no,2024-01-01\n")
        #expect(file.people.map(\.firstName) == ["A", "B"])
        #expect(file.problems.map(\.code) == [.badDate, .badPrice, .badChoice, .badDate])
        #expect(file.problems.map(\.column) == ["birthday", "price", "do not call", "created"])
        #expect(file.problems.map(\.line) == [2, 2, 2, 2])
        #expect(file.problems[0].words == "“31/31/1999” is not a date.")
    }

    @Test func `has its dates in the order that the whole column proves`() throws {
        let file = try ReadPeople("name,birthday,created\nA,4/5/1999,4/5/2020\nB,25/4/1999,4/25/2020\n")
        #expect(file.people[0].birthday == PartialDate(year: 1999, month: 5, day: 4))
        #expect(file.people[0].createdAt == DateReading(currentYear: 2026).moment("2020-04-05"))
    }

    @Test func `has dates that nothing in their column proves in the order of the other columns`() throws {
        let file = try ReadPeople("name,birthday,created\nA,4/5/1999,4/5/2020\nB,,25/4/2020\n")
        #expect(file.people[0].birthday == PartialDate(year: 1999, month: 5, day: 4))
        #expect(file.undecided == [])
        let undecided = try ReadPeople("name,birthday,created\nA,4/5/1999,2020-04-05\n", order: .dayFirst)
        #expect(undecided.people[0].birthday == PartialDate(year: 1999, month: 5, day: 4))
        #expect(undecided.undecided == ["birthday"])
    }

    @Test func `of a column whose dates contradict each other is told of`() throws {
        let file = try ReadPeople("name,birthday\nA,25/4/1999\nB,4/25/1999\n")
        #expect(file.surveyProblems.map(\.code) == [.contradictingDates])
        #expect(
            file.people.map(\.birthday) == [
                PartialDate(year: 1999, month: 4, day: 25), PartialDate(year: 1999, month: 4, day: 25),
            ])
    }

    @Test func `that is rejected is given out with its reasons`() throws {
        let file = try ReadPeople("name,email\nA,a@x.com\nB,b@x.com,c\n\"lone,x\nC,c@x.com\n")
        #expect(file.people.map(\.firstName) == ["A", "C"])
        #expect(file.rows.filter(\.isRejected).map(\.line) == [3, 4])
    }

    @Test func `of formulas is text`() throws {
        let file = try ReadPeople("name,email,note\n=1+1,=cmd|'/c calc'!A0,@SUM(A1)\n")
        #expect(file.people.first?.firstName == "=1+1")
        #expect(file.people.first?.background == "@SUM(A1)")
    }

    @Test func `of anything is given out, whoever wrote the file`() throws {
        var random = RandomSource(seed: 31)
        let headers = [
            OwnColumns(customFields: ["x"]).header,
            ["Name", "E-mail 1 - Value", "Phone 1 - Value", "Labels", "Birthday", "Event 1 - Value"],
            [
                "Name", "Email", "Phone", "Price", "Created", "Do Not Call", "Full Address", "Zip", "Tags", "Notes",
                "Spouse",
            ],
        ]
        for header in headers {
            let reader = PersonReader(
                columns: ColumnMapping(recognizing: header).columns(of: header), dates: DateReading(currentYear: 2026))
            for _ in 0..<400 {
                var row = CSVRow()
                let cells = header.map { _ in
                    let bytes = random.bytes(random.number(below: 14), alphabet: "0123456789/-.:;|\\<>@ kMpT+'=€")
                    return String(decoding: bytes.filter { $0 != 0x2C }, as: UTF8.self)
                }
                row.begin(line: 7)
                row.split(Array(cells.joined(separator: ",").utf8).span, delimiter: UInt8(ascii: ","))
                let read = reader.read(row)
                #expect(read.line == 7)
                #expect(read.isRejected == read.person.isNobody)
            }
        }
    }
}
