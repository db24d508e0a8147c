import Core
import Testing

@testable import ContactFiles

/// A whole file of vCards, as it was read.
struct ReadCards: Equatable {
    var rows: [ImportedRow] = []
    var refusal: FileProblem.Code?
    var cardsRead = 0
    var people: [ImportedPerson] { rows.filter { !$0.isRejected }.map(\.person) }
    var codes: [[FileProblem.Code]] { rows.map { $0.problems.map(\.code) } }

    /// Reads the bytes in the pieces that `cuts` make of them.
    init(_ bytes: [UInt8], cuts: [Int] = [], options: VCardOptions = VCardOptions()) {
        var reader = VCardReader(dates: DateReading(currentYear: 2026), options: options)
        var last = 0
        for cut in cuts + [bytes.count] {
            reader.feed(Array(bytes[last..<cut]))
            while let row = reader.next() { rows.append(row) }
            last = cut
        }
        reader.finish()
        while let row = reader.next() { rows.append(row) }
        refusal = reader.refusal?.code
        cardsRead = reader.cardsRead
    }

    init(_ text: String, options: VCardOptions = VCardOptions()) { self.init(Array(text.utf8), options: options) }

    /// One card with these lines.
    init(card lines: String...) {
        self.init((["BEGIN:VCARD", "VERSION:3.0"] + lines + ["END:VCARD", ""]).joined(separator: "\r\n"))
    }
}

@Suite struct `a vCard` {
    @Test func `of iCloud is read with its labels and its birthday without a year`() throws {
        let file = ReadCards(
            """
            BEGIN:VCARD
            VERSION:3.0
            PRODID:-//Apple Inc.//iCloud Web Address Book 17B77//EN
            N:Lopez;Maria;Inés;Dr.;
            FN:Dr. Maria Inés Lopez
            ORG:Acme;Sales;
            EMAIL;TYPE=INTERNET;TYPE=HOME;TYPE=pref:maria@example.com
            item1.EMAIL;TYPE=INTERNET:m2@example.com
            item1.X-ABLabel:Garden
            TEL;TYPE=CELL;TYPE=VOICE:(202) 555-0143
            item2.TEL:+1 202 555 0144
            item2.X-ABLabel:_$!<HomeFAX>!$_
            item3.ADR;TYPE=HOME;TYPE=pref:;;12 Main St\\nApt 2;Springfield;IL;62701;United States
            item3.X-ABADR:us
            BDAY;X-APPLE-OMIT-YEAR=1604;VALUE=date:1604-04-12
            item4.X-ABDATE;TYPE=pref:2010-06-01
            item4.X-ABLabel:_$!<Anniversary>!$_
            item5.X-ABRELATEDNAMES;TYPE=pref:Sue Lopez
            item5.X-ABLabel:_$!<Spouse>!$_
            NOTE:First\\, second\\; third\\nfourth \\\\ fifth
            CATEGORIES:Buyer,VIP\\, gold
            PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD
             /9j/4AAQSkZJRgABAQAAAQABAAD
            REV:2024-05-28T10:00:00Z
            END:VCARD
            """)
        var maria = ImportedPerson()
        (maria.firstName, maria.lastName) = ("Maria Inés", "Lopez")
        maria.emails = [
            ContactValue("maria@example.com", type: "home", isPrimary: true),
            ContactValue("m2@example.com", type: "Garden"),
        ]
        maria.phones = [
            ContactValue("(202) 555-0143", type: "mobile"), ContactValue("+1 202 555 0144", type: "home fax"),
        ]
        maria.addresses = [
            AddressValue(
                type: "home", street: "12 Main St, Apt 2", city: "Springfield", state: "IL", code: "62701",
                country: "United States")
        ]
        maria.birthday = PartialDate(month: 4, day: 12)
        maria.anniversaries = [Anniversary(date: try #require(PartialDate(year: 2010, month: 6, day: 1)))]
        maria.relationships = [Relationship(kind: "spouse", name: "Sue Lopez")]
        maria.tags = ["Buyer", "VIP, gold"]
        maria.background = "Company: Acme, Sales\nFirst, second; third\nfourth \\ fifth"
        #expect(file.people == [maria])
        #expect(file.codes == [[]])
    }

    @Test func `of version 4 is read with its addresses of phones and its preferences`() throws {
        let file = ReadCards(
            """
            BEGIN:VCARD\r
            VERSION:4.0\r
            FN:Ada Lovelace\r
            N:Lovelace;Ada;;;\r
            TEL;VALUE=uri;PREF=2;TYPE="voice,home":tel:+44-20-7946-0958;ext=12\r
            TEL;VALUE=uri;PREF=1;TYPE="work":tel:+44-20-7946-0959\r
            EMAIL;PREF=50:a@x.example\r
            BDAY:--0412\r
            ANNIVERSARY:20090808\r
            RELATED;TYPE=spouse;VALUE=text:William\r
            RELATED;TYPE=friend:urn:uuid:f81d4fae\r
            TITLE:Count\r
             ess\r
            END:VCARD\r

            """)
        let ada = try #require(file.people.first)
        #expect(
            ada.phones == [
                ContactValue("+44-20-7946-0958 ext. 12", type: "home"),
                ContactValue("+44-20-7946-0959", type: "work", isPrimary: true),
            ])
        #expect(ada.emails == [ContactValue("a@x.example", isPrimary: true)])
        #expect(ada.birthday == PartialDate(month: 4, day: 12))
        #expect(ada.anniversaries.map(\.date) == [PartialDate(year: 2009, month: 8, day: 8)])
        #expect(ada.relationships == [Relationship(kind: "spouse", name: "William")])
        #expect(ada.background == "Title: Countess")
    }

    @Test func `of version 2 as Outlook writes it is read with its quoted-printable`() throws {
        let text = [
            "BEGIN:VCARD", "VERSION:2.1", "N;LANGUAGE=en-us;CHARSET=Windows-1252:N\u{FA}\u{F1}ez;Jos\u{E9}",
            "FN:Jos\u{E9}", "TEL;WORK;VOICE:555-0103",
            "TEL;CELL;PREF:555-0106", "ADR;WORK;PREF;ENCODING=QUOTED-PRINTABLE:;;1 C St=0D=0ASuite 5;Reno;NV;89501;US",
            "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-8:caf=C3=A9 =", "and =", "more", "X-MS-SPOUSE:Eva",
            "BDAY:19850412",
            "EMAIL;PREF;INTERNET:jose@x.com", "PHOTO;TYPE=JPEG;ENCODING=BASE64:", " /9j/4AAQ", "/9j/4AAQSkZ", "",
            "X-OL-DESIGN;CHARSET=utf-8:<card/>",
            "REV:20240528T100000Z", "END:VCARD", "",
        ].joined(separator: "\r\n")
        let file = ReadCards(Encoded.bytes(of: text, in: .windows1252, marked: false))
        #expect(file.codes == [[]])
        let jose = try #require(file.people.first)
        #expect((jose.firstName, jose.lastName) == ("José", "Núñez"))
        #expect(
            jose.phones == [
                ContactValue("555-0103", type: "work"), ContactValue("555-0106", type: "mobile", isPrimary: true),
            ])
        #expect(jose.addresses.first?.street == "1 C St, Suite 5")
        #expect(jose.background == "café and more")
        #expect(jose.relationships == [Relationship(kind: "spouse", name: "Eva")])
        #expect(jose.birthday == PartialDate(year: 1985, month: 4, day: 12))
    }

    @Test(arguments: [
        ("TEL;TYPE=WORK,VOICE:1", "work"), ("TEL;TYPE=\"work,voice\":1", "work"), ("TEL;WORK;VOICE:1", "work"),
        ("tel;type=work;type=voice:1", "work"),
        ("TEL;type=HOME;type=FAX:1", "home fax"), ("TEL:1", "other"), ("TEL;TYPE=pref:1", "other"),
        ("TEL;TYPE=iPhone:1", "mobile"),
        ("TEL;TYPE=satellite:1", "satellite"), ("a.TEL;TYPE=pager:1", "pager"),
    ])
    func `says the type of a number in any spelling`(line: String, type: String) {
        #expect(ReadCards(card: line).people.first?.phones.map(\.type) == [type])
    }

    @Test func `without N is named by FN, and without both by what it has`() {
        #expect(ReadCards(card: "FN:Ann van Berg").people.first?.lastName == "van Berg")
        #expect(ReadCards(card: "TEL:1").people.count == 1)
        #expect(ReadCards(card: "NOTE:x").codes == [[.nobody]])
    }

    @Test func `with a colon in a quoted parameter is taken apart behind it`() {
        #expect(
            ReadCards(card: "EMAIL;X-A=\"b:c;d\";TYPE=work:a@x.com").people.first?.emails == [
                ContactValue("a@x.com", type: "work")
            ])
        #expect(ReadCards(card: "EMAIL;X-A=\"b;TYPE=work:a@x.com").people.first?.emails.map(\.value) == ["a@x.com"])
    }

    @Test func `is unfolded inside of a character`() {
        let bytes = Array("BEGIN:VCARD\r\nFN:caf\u{E9} now\r\nEND:VCARD\r\n".utf8)
        let place = bytes.firstIndex(of: 0xC3).map { $0 + 1 } ?? 0
        let folded = bytes[..<place] + [13, 10, 32] + bytes[place...]
        #expect(ReadCards(Array(folded)).people.first?.firstName == "café")
    }
}

@Suite struct `a bad vCard` {
    @Test func `without an end is told of and does not take the next one with it`() {
        let file = ReadCards(
            "BEGIN:VCARD\nFN:A\nTEL:1\nBEGIN:VCARD\nFN:B\nTEL:2\nEND:VCARD\nBEGIN:VCARD\nFN:C\nEMAIL:c@x.com\n")
        #expect(file.people.map(\.firstName) == ["A", "B", "C"])
        #expect(file.codes == [[.missingEnd], [], [.missingEnd]])
        #expect(file.rows.map(\.line) == [1, 4, 8])
    }

    @Test func `with cards inside of cards is refused beyond a depth, and the next one read`() {
        let nested =
            String(repeating: "AGENT:\nBEGIN:VCARD\nFN:inner\n", count: 50)
            + String(repeating: "END:VCARD\n", count: 50)
        let file = ReadCards("BEGIN:VCARD\nFN:A\nTEL:1\n\(nested)END:VCARD\nBEGIN:VCARD\nFN:B\nTEL:2\nEND:VCARD\n")
        #expect(file.codes == [[.nestedTooDeep], []])
        #expect(file.people.last?.firstName == "B")
        let one = ReadCards("BEGIN:VCARD\nFN:A\nAGENT:\nBEGIN:VCARD\nFN:inner\nTEL:9\nEND:VCARD\nTEL:1\nEND:VCARD\n")
        #expect(one.people.map(\.firstName) == ["A"])
        #expect(one.people.first?.phones.map(\.value) == ["1"])
        #expect(one.codes == [[]])
    }

    @Test func `that opens a hundred thousand cards and closes none ends`() {
        let file = ReadCards(String(repeating: "BEGIN:VCARD\n", count: 100_000))
        #expect(file.rows.count == 100_000)
        #expect(file.people.isEmpty)
    }

    @Test func `of too many properties, too long a property or too many bytes is told of`() {
        var options = VCardOptions()
        (options.mostProperties, options.longestProperty, options.longestCard) = (20, 600, 2000)
        func card(_ name: String, _ middle: String) -> String { "BEGIN:VCARD\nFN:\(name)\n\(middle)END:VCARD\n" }
        let file = ReadCards(
            card("A", String(repeating: "TEL:1\n", count: 30))
                + card("B", "NOTE:" + String(repeating: "x", count: 5000) + "\nTEL:2\n")
                + card("C", String(repeating: "NOTE:" + String(repeating: "x", count: 500) + "\n", count: 6))
                + card("D", "TEL:3\n"),
            options: options)
        #expect(file.codes == [[.tooManyProperties], [.propertyTooLong], [.cardTooLong], []])
        #expect(file.people.map(\.firstName) == ["B", "D"])
        #expect(file.people[0].background == "")
    }

    @Test func `keeps nothing of its picture, however it is folded`() {
        let picture = String(repeating: "/9j/4AAQ", count: 200_000)
        let folded = String(repeating: " " + String(repeating: "A", count: 74) + "\n", count: 20_000)
        let unfolded = String(repeating: String(repeating: "A", count: 75) + "\n", count: 20_000)
        for (head, body) in [
            ("PHOTO;ENCODING=b:", picture + "\n"), ("PHOTO;ENCODING=b:", "\n" + folded),
            ("PHOTO;BASE64:", "\n" + unfolded), ("X-PIC;ENCODING=b:", picture + "\n"),
            ("PHOTO:data:image/jpeg;base64,", picture + "\n"),
        ] {
            let file = ReadCards("BEGIN:VCARD\nFN:A\n\(head)\(body)TEL:1\nEND:VCARD\n")
            #expect(file.codes == [[]])
            #expect(file.people.first?.phones.map(\.value) == ["1"])
        }
    }

    @Test func `with NULs, other encodings or lines that are none is read and told of`() {
        let file = ReadCards("BEGIN:VCARD\nFN:A\u{0}da\nnonsense\nTEL:1\nBDAY:soon\nEND:VCARD\n")
        #expect(file.people.map(\.firstName) == ["Ada"])
        #expect(file.codes == [[.nulByte, .badProperty, .badDate]])
        let good = "BEGIN:VCARD\nFN:é\nEND:VCARD\n"
        let mixed =
            Array(String(repeating: good, count: 4000).utf8) + Encoded.bytes(of: good, in: .windows1252, marked: false)
        #expect(ReadCards(mixed).people.allSatisfy { $0.firstName == "é" })
        #expect(ReadCards(mixed).codes.last == [.mixedEncodings])
    }

    @Test func `is counted when it is no card at all`() {
        let file = ReadCards("hello\nworld\nBEGIN:VCARD\nFN:A\nEND:VCARD\nrest\n")
        #expect(file.codes == [[.notCard], [], [.notCard]])
        #expect(file.rows.map(\.line) == [1, 3, 6])
        #expect(ReadCards("").refusal == .empty)
    }

    @Test(arguments: [
        "BDAY:0000-00-00", "BDAY:", "TEL:", "ADR:;;;;;;", "CATEGORIES:,,", "RELATED:", "X-ABDATE:0/0/00", "N:;;;;",
    ])
    func `may have empty values`(line: String) {
        let file = ReadCards(card: "FN:A", line)
        var person = ImportedPerson()
        person.firstName = "A"
        #expect(file.people == [person])
        #expect(file.codes == [[]])
    }
}

@Suite struct `reading vCards in pieces` {
    static let small =
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Lee;Ann\r\nNOTE;ENCODING=QUOTED-PRINTABLE:a=\r\nb=C3=A9=\r\nEND:VCARD\r\nrest\r\nBEGIN:VCARD\nFN:é\n 東\n\tx\nTEL;TYPE=cell:1\nAGENT:\nBEGIN:VCARD\nFN:i\nEND:VCARD\nPHOTO;BASE64:\nAAAA\n\nEND:VCARD\rBEGIN:VCARD\rFN:z\rnonsense"

    @Test(arguments: [TextEncoding.utf8, .utf16LittleEndian, .utf16BigEndian])
    func `gives the same people wherever they are cut`(encoding: TextEncoding) {
        let bytes = Encoded.bytes(of: Self.small, in: encoding, marked: true)
        let whole = ReadCards(bytes)
        #expect(whole.rows.count == 4)
        for cut in 0...bytes.count { #expect(ReadCards(bytes, cuts: [cut]) == whole) }
        #expect(ReadCards(bytes, cuts: Array(0..<bytes.count)) == whole)
    }

    @Test func `of any bytes ends, and gives out every card that it reads`() {
        var random = RandomSource(seed: 9)
        let lines = [
            "BEGIN:VCARD", "END:VCARD", "VERSION:2.1", "FN:A;b", "N:a;b\\;c;d", "TEL;TYPE=\"x", "ADR:;;a\\", "AGENT:",
            " fold", "\tfold", "=", "BDAY:--04",
            "NOTE;QUOTED-PRINTABLE:a=", "PHOTO;ENCODING=b:AA", "AAAA", "item1.X-ABLabel:_$!<>!$_", "item1.TEL:1", "",
            "X-GATEHOUSE-PRICE:x", "CATEGORIES:a\\,,b",
        ]
        var options = VCardOptions()
        (options.mostProperties, options.longestProperty, options.longestCard) = (6, 40, 90)
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<random.number(below: 25) {
                bytes += lines[random.number(below: lines.count)].utf8
                if random.number(below: 6) == 0 {
                    bytes += random.bytes(random.number(below: 20), alphabet: ":;=\\\",\r\n")
                }
                bytes += random.number(below: 3) == 0 ? [13, 10] : [10]
            }
            let whole = ReadCards(bytes, options: options)
            #expect(whole.rows.count == whole.cardsRead)
            #expect(ReadCards(bytes, cuts: [random.number(below: bytes.count + 1)], options: options) == whole)
        }
    }
}
