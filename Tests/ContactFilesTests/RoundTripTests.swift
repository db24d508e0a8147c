import Core
import Testing

@testable import ContactFiles

extension RandomSource {
    /// A person with anything anywhere.
    mutating func person(customFields: [String], hasCarriageReturns: Bool = true) -> ImportedPerson {
        var person = ImportedPerson()
        func maybe<Value>(_ value: Value) -> Value? { number(below: 3) == 0 ? nil : value }
        func words() -> String { text(hasCarriageReturns: hasCarriageReturns) }
        person.clientID = maybe("0192-\(number(below: 1000))")
        (person.firstName, person.lastName) = (words(), maybe(words()) ?? "")
        person.emails = points(hasCarriageReturns)
        person.phones = points(hasCarriageReturns)
        person.addresses = (0..<number(below: 4)).map { _ in
            AddressValue(
                type: words(), street: words(), city: maybe(words()) ?? "", state: maybe(words()) ?? "",
                code: maybe(words()) ?? "", country: maybe(words()) ?? "")
        }
        (person.stage, person.source, person.assignedTo) = (maybe(words()), maybe(words()), maybe(words()))
        (person.timeFrame, person.background) = (maybe(words()), maybe(words()) ?? "")
        person.tags = (0..<number(below: 5)).map { _ in words() }
        person.price = maybe(Int64(truncatingIfNeeded: next()))
        person.priceMax = maybe(Int64(number(below: 9_000_000)))
        person.birthday = maybe(date())
        person.anniversaries = (0..<number(below: 5)).map { _ in Anniversary(label: words(), date: date()) }
        person.relationships = (0..<number(below: 5)).map { _ in
            let id = maybe("0192-\(number(below: 1000))")
            return Relationship(kind: words(), name: id == nil ? words() : maybe(words()) ?? "", clientID: id)
        }
        person.collaborators = (0..<number(below: 4)).map { _ in words() }
        person.createdAt = maybe(Int64(number(below: 4_000_000_000_000)))
        person.lastActivityAt = maybe(Int64(number(below: 4_000_000_000_000)))
        person.decisions = Decision.Way.allCases.compactMap { way in
            maybe(
                Decision(
                    way, isRefused: number(below: 2) == 0,
                    at: Timestamp(milliseconds: Int64(number(below: 4_000_000_000_000))), by: maybe(words()),
                    source: maybe(words()) ?? ""))
        }
        (person.doNotCall, person.doNotText, person.doNotMail) = (
            maybe(number(below: 2) == 0), maybe(true), maybe(false)
        )
        person.custom = customFields.compactMap { name in maybe(CustomValue(name: name, text: words())) }
        return person
    }

    private mutating func points(_ hasCarriageReturns: Bool) -> [ContactValue] {
        var points = (0..<number(below: 6)).map { _ in
            ContactValue(
                text(hasCarriageReturns: hasCarriageReturns), type: text(hasCarriageReturns: hasCarriageReturns))
        }
        if !points.isEmpty, number(below: 4) > 0 { points[number(below: points.count)].isPrimary = true }
        return points
    }

    private mutating func date() -> PartialDate {
        let days = PartialDate(daysSince1970: number(below: 40_000) - 20_000)
        guard number(below: 3) == 0 else { return days }
        return PartialDate(month: days.month, day: days.day) ?? days
    }
}

@Suite struct `our own export` {
    let customFields = ["Close date", "=Formula", "a,b\"c"]

    @Test func `gives the same people back, field by field, whatever they contain`() throws {
        var random = RandomSource(seed: 11)
        let people = (0..<1500).map { _ in random.person(customFields: customFields) }
        let columns = OwnColumns(customFields: customFields)
        var writer = CSVWriter()
        writer.line(columns.header)
        for person in people { writer.line(columns.cells(of: person)) }
        let file = try ReadPeople(writer.takeBytes())
        #expect(file.mapping.dialect == .own)
        #expect(file.unknown == [])
        #expect(file.problems == [])
        try #require(file.people.count == people.count)
        for (read, written) in zip(file.people, people) { #expect(read == written) }
    }

    @Test(arguments: ["=1", "'=1", "''=1", "'", "''", "'a", "+1 202", "-", "@x", "\t", "'\t", "a=", "--04-12", "'''\r"])
    func `takes the guard against formulas off again, exactly`(text: String) throws {
        var person = ImportedPerson()
        person.firstName = text
        var writer = CSVWriter()
        writer.line(OwnColumns().header)
        writer.line(OwnColumns().cells(of: person))
        #expect(try ReadPeople(writer.takeBytes()).people == [person])
    }

    @Test func `of before is read: without identities in relationships, without proofs`() throws {
        let file = try ReadPeople(
            """
            Gatehouse ID,First Name,Relationship 1,Relationship 1 Kind,More Relationships,Do Not Call
            0192-1,Ann,Bo,spouse,child|Cy; child|Di,no
            """)
        let person = try #require(file.people.first)
        #expect(file.problems == [])
        #expect(person.relationships.map(\.name) == ["Bo", "Cy", "Di"])
        #expect(person.relationships.allSatisfy { $0.clientID == nil })
        #expect(person.doNotCall == false && person.decisions.isEmpty)
    }

    @Test func `tells what is no decision`() throws {
        let file = try ReadPeople(
            "Gatehouse ID,First Name,Consent\n1,Ann,call|refused|2026-01-31T09:05:00.000Z||; fax|refused|2026-01-31||; call\n"
        )
        #expect(file.people.first?.decisions.map(\.way) == [.call])
        #expect(file.problems.map(\.code) == [.badList, .badList])
    }

    @Test func `alone has proofs of decisions: a column of another program with that name is none`() throws {
        let file = try ReadPeople("First Name,Consent\nAnn,call|refused|2026-01-31T09:05:00.000Z||\n")
        #expect(file.people.first?.decisions == [])
        let card = ReadCards(
            Array("BEGIN:VCARD\nFN:Ann\nX-GATEHOUSE-CONSENT:call;refused;2026-01-31T09:05:00.000Z;;\nEND:VCARD\n".utf8))
        #expect(card.people.first?.decisions == [])
    }

    @Test func `of another program keeps its apostrophes`() throws {
        #expect(try ReadPeople("name,email\n'=1,\n").people.first?.firstName == "'=1")
    }

    @Test func `never holds a cell that a spreadsheet computes`() {
        var random = RandomSource(seed: 5)
        for _ in 0..<500 {
            var writer = CSVWriter()
            writer.line(OwnColumns().cells(of: random.person(customFields: [])))
            for row in ReadCSV(Array("h\n".utf8) + writer.takeBytes()).rows {
                for cell in row { #expect(!"=+-@\t\r".utf8.contains(cell.utf8.first ?? 65)) }
            }
        }
    }

    @Test func `has as many cells as columns`() {
        var random = RandomSource(seed: 6)
        let columns = OwnColumns(customFields: customFields)
        #expect(columns.cells(of: random.person(customFields: customFields)).count == columns.header.count)
        #expect(Set(columns.header).count == columns.header.count)
    }

    @Test func `keeps 10,000 tags on one client`() throws {
        var person = ImportedPerson()
        person.firstName = "A"
        person.tags = (1...10_000).map { "tag; \($0)" }
        var writer = CSVWriter()
        writer.line(OwnColumns().header)
        writer.line(OwnColumns().cells(of: person))
        #expect(try ReadPeople(writer.takeBytes()).people == [person])
    }
}
