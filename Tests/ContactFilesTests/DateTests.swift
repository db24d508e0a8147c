import Core
import Testing

@testable import ContactFiles

@Suite struct `a date in a file` {
    let dates = DateReading(order: .monthFirst, currentYear: 2026)

    @Test(arguments: [
        "1985-04-12", "1985/4/12", "19850412", "4/12/85", "4/12/1985", "04-12-1985", "Apr 12, 1985", "April 12th, 1985",
        "12 April 1985", "12-Apr-85", "12. April 1985", "12 de abril de 1985", "Friday, April 12, 1985", "1985 Apr 12",
        "1985-04-12T10:00:00Z", "1985-04-12 10:00", "4/12/1985 3:45 PM", " 1985-04-12 ",
    ])
    func `is read as it is usually written`(text: String) {
        #expect(dates.date(text) == PartialDate(year: 1985, month: 4, day: 12))
    }

    @Test(arguments: ["--04-12", "--0412", "4/12", "April 12", "12 Apr"])
    func `may have no year`(text: String) { #expect(dates.date(text) == PartialDate(month: 4, day: 12)) }

    @Test(arguments: ["12.04.1985", "12/4/85", "12-04-1985"])
    func `is read with the day first where that is the order`(text: String) {
        #expect(dates.date(text, in: .dayFirst) == PartialDate(year: 1985, month: 4, day: 12))
    }

    @Test(arguments: [DateOrder.monthFirst, .dayFirst])
    func `with a number over twelve has one reading, whatever the order`(order: DateOrder) {
        #expect(dates.date("25/4/1985", in: order) == PartialDate(year: 1985, month: 4, day: 25))
        #expect(dates.date("4/25/1985", in: order) == PartialDate(year: 1985, month: 4, day: 25))
    }

    @Test func `with a year of two digits is not in the future`() {
        #expect(dates.date("1/2/26")?.year == 2026)
        #expect(dates.date("1/2/27")?.year == 1927)
        #expect(dates.date("1/2/00")?.year == 2000)
    }

    @Test(arguments: [
        ("4/12/26", 2026, 2026), ("4/12/30", 1930, 2030), ("4/12/76", 1976, 2076), ("4/12/77", 1977, 1977),
    ])
    func `has the last year that two digits stand for, or the nearest`(text: String, last: Int, nearest: Int) {
        #expect(dates.date(text)?.year == last)
        #expect(dates.date(text, century: .nearest)?.year == nearest)
    }

    @Test(arguments: [
        "", "soon", "31/31/1999", "2/30/1999", "2023-02-29", "1985-13-01", "12", "1/2/3/4", "123456", "--1301",
        "4/12/19855",
        "call 4/12", "0000-00-00", String(repeating: "1/", count: 100), "99999999", "--", "T", "12th",
    ])
    func `is not read out of anything else`(text: String) { #expect(dates.date(text) == nil) }

    @Test func `exists on 29 February of a leap year, and of no year`() {
        #expect(dates.date("2/29/2024") == PartialDate(year: 2024, month: 2, day: 29))
        #expect(dates.date("--0229") == PartialDate(month: 2, day: 29))
        #expect(PartialDate(month: 2, day: 29)?.text == "--02-29")
    }

    @Test(arguments: ["0/0/00", "0000-00-00", "00/00/0000"])
    func `of zeros is none`(text: String) { #expect(DateReading.isNone(text)) }
}

@Suite struct `a moment in a file` {
    let dates = DateReading(order: .monthFirst, currentYear: 2026, minutesEast: -300)

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-02T00:00:00.250Z", 86_400_250),
        ("2024-05-28T10:00:00.000+0000", 1_716_890_400_000),
        ("2024-05-28T12:00:00+02:00", 1_716_890_400_000), ("2024-05-28 05:00", 1_716_890_400_000),
        ("5/28/2024 5:00 AM", 1_716_890_400_000), ("2024-05-28 10:00:00 UTC", 1_716_890_400_000),
        ("5/28/2024", 1_716_872_400_000), ("1969-12-31T23:59:59.999Z", -1),
    ])
    func `is read with its zone, or in the one given`(text: String, milliseconds: Int64) {
        #expect(dates.moment(text) == milliseconds)
    }

    @Test func `is written so that it comes back`() {
        var random = RandomSource(seed: 3)
        for _ in 0..<2000 {
            let moment = Int64(random.number(below: 8_000_000_000_000)) - 4_000_000_000_000
            #expect(dates.moment(DateReading.text(of: moment)) == moment)
        }
    }

    @Test(arguments: [
        "2024-05-28 25:00", "2024-05-28 10:61", "2024-05-28 13:00 PM", "5/28", "now", "2024-05-28 10:00 CEST",
    ])
    func `is not read out of anything else`(text: String) { #expect(dates.moment(text) == nil) }
}

@Suite struct `the order of a column's dates` {
    func evidence(_ texts: [String]) -> DateOrderEvidence {
        var evidence = DateOrderEvidence()
        for text in texts { evidence.add(text) }
        return evidence
    }

    @Test func `is proven by a number over twelve`() {
        #expect(evidence(["4/5/85", "25/4/85"]).proof == .proven(.dayFirst))
        #expect(evidence(["4/5/85", "4/25/85"]).proof == .proven(.monthFirst))
        #expect(evidence(["13.4."]).order(unless: .monthFirst) == .dayFirst)
    }

    @Test func `is the given one when nothing proves it`() {
        #expect(evidence(["4/5/85", "6/7/85"]).proof == .unproven)
        #expect(evidence(["4/5/85"]).order(unless: .dayFirst) == .dayFirst)
        #expect(
            evidence(["1985-04-25", "Apr 25, 1985", "5/5/85", "", "soon", "99/99/99", "0/0/00"]).proof == .notNeeded)
    }

    @Test func `is a problem of the column when its dates contradict each other`() throws {
        let both = evidence(["25/4/85", "4/25/85", "4/26/85"])
        #expect(both.proof == .contradictory)
        #expect(both.order(unless: .dayFirst) == .monthFirst)
        let problem = try #require(both.problem(column: "Birthday"))
        #expect(problem.code == .contradictingDates)
        #expect(problem.column == "Birthday")
        #expect(evidence(["25/4/85"]).problem(column: "Birthday") == nil)
    }
}
