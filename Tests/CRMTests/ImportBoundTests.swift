import Accounts
import ContactFiles
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a row with more than a client holds` {
    private func only(_ desk: Imports) async throws -> Client {
        try #require(try await desk.clients(desk.office.ana).first)
    }

    private static func number(_ index: Int) -> String { "+1 202 555 0\(100 + index)" }

    @Test(arguments: DatabaseKind.available)
    func `has the rest of its numbers in the background`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let columns = (1...25).map { "Phone \($0)" }.joined(separator: ",")
            let numbers = (1...25).map(Self.number).joined(separator: ",")
            let report = try await desk.imported(desk.office.ana, "Name,\(columns)\nAnn,\(numbers)\n")
            #expect(report.counts == [1, 0, 0] && report.addsUp)
            #expect(report.problems("warnedRows") == ["1 Phone 1:too_many"])
            let ann = try await only(desk)
            #expect(try ann.phones.elements().map(\.value) == (1...20).map(Self.number))
            #expect(ann.background == (21...25).map { "Phone: \(Self.number($0))" }.joined(separator: "\n"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps the number to use among those that it has`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let numbers = (1...22).map { "TEL\($0 == 22 ? ";PREF=1" : ""):\(Self.number($0))\r\n" }.joined()
            let report = try await desk.imported(
                desk.office.ana, "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ann Ash\r\n\(numbers)END:VCARD\r\n", .vCard)
            #expect(report.counts == [1, 0, 0])
            let phones = try await only(desk).phones.elements()
            #expect(phones.count == 20 && phones.first { $0.isPrimary }?.value == Self.number(22))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `has its long labels shortened`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let long = String(repeating: "x", count: 60)
            let report = try await desk.imported(
                desk.office.ana,
                """
                Name,Phone 1 - Type,Phone 1,Email 1 - Type,Email 1,Address 1 - Type,Address 1 - City
                Ann,\(long),\(Self.number(1)),\(long),a@example.com,\(long),Austin
                """)
            #expect(report.counts == [1, 0, 0] && report["warnings"] == 1)
            let ann = try await only(desk)
            let short = String(repeating: "x", count: 40)
            #expect(try ann.phones.elements().map(\.type) == [short])
            #expect(try ann.emails.elements().map(\.type) == [short])
            #expect(try ann.addresses.elements().map(\.type) == [short])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `has the rest of its addresses and tags in the background`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let emails = (1...22).map { "a\($0)@example.com" }.joined(separator: ";")
            let tags = (1...52).map { "t\($0)" } + [String(repeating: "y", count: 51)]
            let places = (1...12).map { "Address \($0) - City" }.joined(separator: ",")
            let cities = (1...12).map { "City \($0)" }.joined(separator: ",")
            let report = try await desk.imported(
                desk.office.ana,
                "Name,Email,Tags,\(places),Notes\nAnn,\(emails),\(tags.joined(separator: ";")),\(cities),likes gardens\n"
            )
            #expect(report.counts == [1, 0, 0] && report["warnings"] == 1)
            let ann = try await only(desk)
            #expect(try ann.emails.elements().count == 20 && ann.tags.elements() == Array(tags.prefix(50)))
            #expect(try ann.addresses.elements().count == 10)
            let lines = ann.background.split(separator: "\n").map(String.init)
            #expect(
                Set(lines) == [
                    "likes gardens", "E-mail: a21@example.com", "E-mail: a22@example.com", "Address: City 11",
                    "Address: City 12", "Tag: t51", "Tag: t52", "Tag: \(tags[52])",
                ])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `adds to a client what that has room for, once`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let zoe = try await desk.office.client(desk.office.ana, "Zoe") {
                $0.emails = [ContactPoint(value: "z@example.com")]
                $0.phones = (1...18).map { ContactPoint(value: Self.number($0)) }
                $0.tags = (1...50).map { "t\($0)" }
            }
            let columns = (1...4).map { "Phone \($0)" }.joined(separator: ",")
            let numbers = (17...20).map { Self.number($0 + 2) }.joined(separator: ",")
            let file = "Name,Email,Tags,\(columns)\nZoe,z@example.com,t50;new,\(numbers)\n"
            let report = try await desk.imported(desk.office.ana, file) { $0.duplicates = .update }
            #expect(report["updated"] == 1 && report.problems("warnedRows") == ["1 Phone 1:too_many Tags:too_many"])
            let after = try await only(desk)
            #expect(try after.phones.elements().map(\.value) == (1...20).map(Self.number))
            #expect(try after.tags.elements() == zoe.tags.elements())
            #expect(
                after.background == "Phone: \(Self.number(21))\nPhone: \(Self.number(22))\nTag: new")
            let again = try await desk.imported(desk.office.ana, file) { $0.duplicates = .update }
            #expect(again["skipped"] == 1 && again["warnings"] == 0)
        }
    }
}
