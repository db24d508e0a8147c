import CRM
import Core
import Identity
import Storage
import TestSupport
import Testing

@Suite struct `searching clients by names and numbers as people write them` {
    @Test(arguments: DatabaseKind.available)
    func `an apostrophe does not count, on either side`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "Conan", "O'Brien") {
                $0.emails = [ContactPoint(value: "c.o'brien@example.com")]
            }
            try await office.client(office.ana, "Pat", "Obrien")
            try await office.client(office.ana, "Keʻala", "O\u{2BC}Brien")
            for search in ["obrien", "o'brien", "O’BRIEN", "O`brien", "o´brien", "o＇brien", "'obrien'"] {
                let found = try await office.names(office.ana, search: search)
                #expect(Set(found) == ["Conan", "Pat", "Keʻala"], "\(search)")
            }
            #expect(try await office.names(office.ana, search: "c.o'brien@") == ["Conan"])
            #expect(try await office.names(office.ana, search: "c.obrien@") == ["Conan"])
            #expect(try await office.names(office.ana, search: "keala") == ["Keʻala"])
            #expect(try await office.names(office.ana, search: "'") == [])
            #expect(try await office.names(office.ana, search: "''' ’") == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a Chinese, Japanese or Korean name is found as one word, in either order`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "小龙", "李")
            try await office.client(office.ana, "花子", "山田")
            try await office.client(office.ana, "민준", "김")
            try await office.client(office.ana, "王 小明", "")
            try await office.client(office.ana, "Jane", "Doe")
            let hits: [(String, [String])] = [
                ("李小龙", ["小龙"]), ("小龙李", ["小龙"]), ("李 小龙", ["小龙"]), ("小龙 李", ["小龙"]), ("李\u{3000}小龙", ["小龙"]),
                ("小龙", ["小龙"]), ("李", ["小龙"]), ("李小", ["小龙"]), ("山田花子", ["花子"]), ("김민준", ["민준"]),
                ("王小明", ["王 小明"]), ("李小明", []), ("龙李小", []), ("janedoe", []), ("doejane", []),
            ]
            for (search, found) in hits {
                #expect(try await office.names(office.ana, search: search) == found, "\(search)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a number is found with and without its country code`(kind: DatabaseKind) async throws {
        let british = try #require(HomeRegion("gb"))
        try await Office.open(kind, home: british) { office in
            try await office.client(office.ana, "Home") { $0.phones = [ContactPoint(value: "020 7946 0958")] }
            try await office.client(office.ana, "Abroad") { $0.phones = [ContactPoint(value: "+49 30 901820")] }
            let hits: [(String, [String])] = [
                ("+44 20 7946 0958", ["Home"]), ("+44 (0)20 7946 0958", ["Home"]), ("+442079460958", ["Home"]),
                ("0044 20 7946 0958", ["Home"]), ("+44 20", ["Home"]), ("+4420794", ["Home"]), ("020 7946", ["Home"]),
                ("02079460958", ["Home"]), ("7946 0958", ["Home"]), ("+49 30 901820", ["Abroad"]),
                ("030 901820", ["Abroad"]), ("0049 30 901820", ["Abroad"]), ("+1 20 7946 0958", []),
            ]
            for (search, found) in hits {
                #expect(try await office.names(office.ana, search: search) == found, "\(search)")
            }
            // The same number twice, however it is written, is one.
            let twice = try await office.client(office.ana, "Twice") {
                $0.phones = [ContactPoint(value: "020 7946 0123"), ContactPoint(value: "+44 20 7946 0123")]
            }
            #expect(try twice.phones.elements().count == 1)
            var double = ClientDraft(firstName: "Home", lastName: "Doe")
            double.phones = [ContactPoint(value: "+44 20 7946 0958")]
            guard case .possibleDuplicate(let found) = try await office.book.create(office.ana, double) else {
                Issue.record("not seen as a duplicate")
                return
            }
            #expect(found.map(\.firstName) == ["Home"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a whole number with its country code is found as it is dialled there, wherever home is`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "Typed") { $0.phones = [ContactPoint(value: "020 7946 0958")] }
            try await office.client(office.ana, "Coded") { $0.phones = [ContactPoint(value: "+44 (0)20 7946 0999")] }
            try await office.client(office.ana, "Texan") { $0.phones = [ContactPoint(value: "(512) 555-0123 x4")] }
            let hits: [(String, [String])] = [
                ("+44 20 7946 0958", ["Typed"]), ("+44 20 7946 0999", ["Coded"]), ("020 7946 0999", ["Coded"]),
                ("+1 512 555 0123", ["Texan"]), ("1-512-555-0123", ["Texan"]), ("5125550123", ["Texan"]),
                ("011 44 20 7946 0999", ["Coded"]), ("+1 (512) 555-0124", []),
            ]
            for (search, found) in hits {
                #expect(try await office.names(office.ana, search: search) == found, "\(search)")
            }
        }
    }

    @Test func `a home region is two letters of ISO 3166`() {
        for code in ["US", "gb", "De", "VA", "XK"] { #expect(HomeRegion(code)?.code == code.uppercased()) }
        for code in ["", "U", "USA", "UK", "EU", "ZZ", "44", "G B"] { #expect(HomeRegion(code) == nil, "\(code)") }
    }
}
