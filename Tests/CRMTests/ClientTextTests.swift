import Core
import Storage
import Testing

@testable import CRM

@Suite struct `text of clients` {
    @Test(arguments: [
        ("José PEÑA", "jose pena"), ("Jose\u{301}", "jose"), ("Łukasz Nguyễn", "lukasz nguyen"), ("Straße", "strasse"),
        ("Æsir Søren", "aesir soren"), ("İstanbul Yılmaz", "istanbul yilmaz"), ("O’Brien", "o'brien"),
        ("\u{212A}elvin", "kelvin"), ("ΆΛΦΑ ΟΣ", "αλφα οσ"), ("Йод", "иод"), ("И\u{306}од", "иод"), ("😀 a", "😀 a"),
        ("a\u{0}b\u{7F}c\u{A0}d", "a b c d"), ("100%_!", "100%_!"), ("", ""),
    ])
    func `capitals and accents fold away, however they are composed`(typed: String, folded: String) {
        #expect(SearchText.fold(typed) == folded)
        #expect(SearchText.fold(folded) == folded)
    }

    @Test(arguments: [
        ("(512) 555-0123", "5125550123"), ("+1 512 555 0123", "5125550123"), ("1-512-555-0123", "5125550123"),
        ("512.555.0123 x12", "5125550123"), ("512 555 0123 ext. 7", "5125550123"), ("+44 20 7946 0958", "442079460958"),
        ("\u{202A}+1 (512) 555‑0123\u{202C}", nil), ("\u{202A}+1 (512) 555-0123\u{202C}", "5125550123"),
        ("555-012", nil), ("1234567890123456", nil), ("call me", nil), ("512+555+0123", nil), ("", nil),
        ("5125550123 x", nil), ("5125550123 x1234567", nil), ("٥١٢٥٥٥٠١٢٣", nil), ("5125550123\u{0}", nil),
    ])
    func `numbers are compared by their digits`(typed: String, key: String?) {
        #expect(PhoneNumber(typed)?.matchKey(in: .standard) == key)
    }

    @Test func `a stored list reads back as it was and writes the same text again`() throws {
        let nasty = "\"quoted\\\" \u{1}\u{7F} \n\t/ é e\u{301} 😀 \u{2028} </script>"
        let tags = StoredList([nasty, ""])
        #expect(try tags.elements() == [nasty, ""])
        #expect(StoredList(try tags.elements()).json.utf8.elementsEqual(tags.json.utf8))

        let points = StoredList([ContactPoint(value: nasty, type: nasty, isPrimary: true), ContactPoint(value: "")])
        #expect(StoredList(try points.elements()).json == points.json)
        #expect(StoredList([ContactPoint(value: "a")]).json == #"[{"value":"a","type":"other","isPrimary":false}]"#)

        let addresses = StoredList([PostalAddress(street: nasty, country: "US")])
        #expect(StoredList(try addresses.elements()).json == addresses.json)

        let people = StoredList([AccountID(high: 1, low: 2)])
        #expect(people.json == #"["00000000-0000-0001-0000-000000000002"]"#)
        #expect(try people.elements() == [AccountID(high: 1, low: 2)])
        #expect(StoredList<String>().json == "[]")
    }

    @Test func `a column that holds something else is a fault`() throws {
        let list = try #require(StoredList<ContactPoint>(sqlValue: .text("{}")))
        #expect(throws: (any Error).self) { try list.elements() }
        #expect(StoredList<String>(sqlValue: .integer(1)) == nil)
    }
}
