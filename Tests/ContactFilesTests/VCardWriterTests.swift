import Core
import Testing

@testable import ContactFiles

@Suite struct `a vCard of our own` {
    @Test(arguments: VCardWriter.Version.allCases)
    func `gives the same people back, field by field, whatever they contain`(version: VCardWriter.Version) throws {
        var random = RandomSource(seed: 21)
        let people = (0..<1000).map { _ in
            random.person(customFields: ["Close date", "a;b,c\\d"], hasCarriageReturns: false)
        }
        var writer = VCardWriter(version: version)
        for person in people { writer.card(person) }
        let file = ReadCards(writer.takeBytes())
        #expect(file.codes.allSatisfy { $0.isEmpty })
        try #require(file.people.count == people.count)
        for (read, written) in zip(file.people, people) { #expect(read == written) }
    }

    @Test func `has lines of at most 75 bytes that end with CR LF and never cut a character`() {
        var random = RandomSource(seed: 22)
        var writer = VCardWriter()
        for _ in 0..<200 { writer.card(random.person(customFields: ["x"])) }
        let bytes = writer.takeBytes()
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        #expect(lines.popLast()?.isEmpty == true)
        for line in lines {
            #expect(line.last == 13)
            #expect(line.count <= 76)
            let isWhole = UTF8Check.isValid(line.span)
            #expect(isWhole)
        }
    }

    @Test func `is written as RFC 6350 has it`() {
        var ann = ImportedPerson()
        (ann.firstName, ann.lastName) = ("Ann", "Lee; Jr.")
        ann.emails = [ContactValue("a@x.com", type: "work", isPrimary: true)]
        ann.phones = [ContactValue("1", type: "mobile"), ContactValue("2", type: "Boat")]
        ann.birthday = PartialDate(month: 4, day: 12)
        ann.relationships = [Relationship(kind: "spouse", name: "Bob")]
        ann.background = "a,b\r\nc"
        ann.tags = ["x", "y,z"]
        var writer = VCardWriter()
        writer.card(ann)
        #expect(
            String(decoding: writer.takeBytes(), as: UTF8.self).split(separator: "\r\n") == [
                "BEGIN:VCARD", "VERSION:4.0", "PRODID:-//Gatehouse//Gatehouse//EN", "FN:Ann Lee\\; Jr.",
                "N:Lee\\; Jr.;Ann;;;",
                "EMAIL;PREF=1;TYPE=work:a@x.com", "TEL;TYPE=cell:1", "item1.TEL:2", "item1.X-ABLabel:Boat",
                "BDAY:--0412",
                "RELATED;TYPE=spouse;VALUE=text:Bob", "NOTE:a\\,b\\nc", "CATEGORIES:x,y\\,z", "END:VCARD",
            ])
    }

    @Test func `always has a name to show`() {
        for (email, shown) in [("a@x.com", "FN:a@x.com"), (nil, "FN:?")] {
            var person = ImportedPerson()
            person.emails = email.map { [ContactValue($0)] } ?? []
            var writer = VCardWriter()
            writer.card(person)
            #expect(String(decoding: writer.takeBytes(), as: UTF8.self).contains(shown + "\r\n"))
        }
    }
}
