import Accounts
import ContactFiles
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

/// The files of the programs that write them, by their own headers: that they are read is proven with `ContactFiles`, here that they become clients.
@Suite struct `a file of` {
    static let files: [(dialect: String, text: String)] = [
        (
            "follow-up-boss",
            "First Name,Last Name,Stage,Lead Source,Assigned To,Is Contacted,Listing Price,Tags,Email 1,Email 1 - Type,Phone 1,Phone 1 - Type\n"
                + "Ann,Ash,Buyers,Zillow,,Yes,450000,VIP,a@example.com,work,(512) 555-0143,mobile\n"
        ),
        (
            "hubspot",
            "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lifecycle Stage,Lead Status,Create Date\n"
                + "1,Ann,Ash,a@example.com,+1 512-555-0143,,Buyers,New,2024-03-01 10:00\n"
        ),
        (
            "salesforce-contacts",
            "\"Contact ID\",\"First Name\",\"Last Name\",\"Account Name\",\"Mailing Street\",\"Mailing City\",\"Mailing Zip/Postal Code\",\"Phone\",\"Email\"\n"
                + "\"003\",\"Ann\",\"Ash\",\"Acme\",\"1 Main St\nSuite 2\",\"Austin\",\"78701\",\"(512) 555-0143\",\"a@example.com\"\n"
        ),
        (
            "google",
            "First Name,Middle Name,Last Name,Phonetic First Name,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value\n"
                + "Ann,,Ash,,VIP ::: * myContacts,Work,a@example.com,Mobile,512-555-0143\n"
        ),
        (
            "outlook",
            "First Name,Last Name,E-mail Address,E-mail Display Name,Business Phone,Mobile Phone,Business Street,Birthday\n"
                + "Ann,Ash,a@example.com,Ann Ash,,(512) 555-0143,1 Main St,0/0/00\n"
        ),
        ("other", "NAME;EMAIL;cell_phone\nAnn Ash;a@example.com;512 555 0143\n"),
    ]

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `of thousands has PostgreSQL look at its tables, by which it plans`() async throws {
        try await Imports.open(.postgres) { desk in
            func known() async throws -> Double {
                try await desk.office.database.rows(
                    """
                    SELECT reltuples FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                    WHERE nspname = current_schema() AND relname = 'client'
                    """
                ).first?.get("reltuples") ?? 0
            }
            #expect(try await known() <= 0)
            let report = try await desk.imported(
                desk.office.ana, "Name\n" + (1...2_500).map { "P\($0)\n" }.joined())
            #expect(report["imported"] == 2_500)
            #expect(try await known() == 2_500)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `each program becomes clients`(kind: DatabaseKind) async throws {
        for file in Self.files {
            try await Imports.open(kind) { desk in
                let report = try await desk.imported(desk.office.ana, file.text)
                #expect(report.members["dialect"] as? String == file.dialect)
                #expect(report.counts == [1, 0, 0] && report.addsUp, "\(file.dialect)")
                let ann = try #require(try await desk.clients(desk.office.ana).first)
                #expect(ann.firstName == "Ann" && ann.lastName == "Ash", "\(file.dialect)")
                #expect(try ann.emails.elements().map(\.value) == ["a@example.com"], "\(file.dialect)")
                #expect(try ann.phones.elements().first?.e164 == "+15125550143", "\(file.dialect)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `any encoding, with quoted line ends and whatever separator, is read`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let text = "Name;Notes\r\n\"Zoë Ångström\";\"one\r\ntwo\"\r\n"
            var utf16: [UInt8] = [0xFF, 0xFE]
            for unit in text.utf16 { utf16 += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
            let windows: [UInt8] = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            let files: [(bytes: [UInt8], encoding: String)] = [
                ([0xEF, 0xBB, 0xBF] + Array(text.utf8), "utf-8"), (utf16, "utf-16le"), (windows, "windows-1252"),
            ]
            for (bytes, encoding) in files {
                let id = try await desk.begun(desk.office.ana, bytes)
                try await desk.work()
                let report = try await desk.report(desk.office.ana, id)
                #expect(report.counts == [1, 0, 0] && report.members["encoding"] as? String == encoding)
            }
            let clients = try await desk.clients(desk.office.ana)
            #expect(clients.map { "\($0.firstName) \($0.lastName)" } == Array(repeating: "Zoë Ångström", count: 3))
            #expect(clients.allSatisfy { $0.background == "one\ntwo" })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `much that is wrong loses no row that is right, and says why of the others`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            var file: [UInt8] = Array("First Name,Source,Background\n".utf8)
            // A lone quote, a NUL, a mixed encoding, a formula in each cell, more cells than columns, and a row that is right.
            file += Array("Ann,5\" pipe,\n".utf8)
            file += Array("B\u{0}o,,\n".utf8)
            file += Array("Zoë,,\n".utf8) + [0x52, 0x65, 0x6E, 0xE9] + Array(",,\n".utf8)
            file += Array("=1+1,=HYPERLINK(\"x\"),@SUM(A1)\n".utf8)
            file += Array("Cy,a,b,c,d\n".utf8)
            file += Array("\"Di,never closed\nEd,,\n".utf8)
            let id = try await desk.begun(desk.office.ana, file)
            try await desk.work()
            let report = try await desk.report(desk.office.ana, id)
            #expect(report.status == "completed" && report.addsUp)
            let names = try await desk.clients(desk.office.ana).map(\.firstName)
            #expect(Set(names) == ["Ann", "Bo", "Zoë", "René", "=1+1", "Ed"])
            #expect(report["rejected"] == 2)
            let codes = report.list("rejectedRows").flatMap { $0["problems"] as? [[String: Any]] ?? [] }
            #expect(Set(codes.compactMap { $0["code"] as? String }) == ["surplus_cells", "unclosed_quote"])
            // What goes back is no formula to whoever opens it.
            #expect(try await desk.rejected(desk.office.ana, id).contains("Cy,a,b,c,d"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `vCards that are bombs ends, and the cards around it are read`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            func card(_ lines: String) -> String { "BEGIN:VCARD\r\nVERSION:3.0\r\n\(lines)END:VCARD\r\n" }
            let nested = String(repeating: "BEGIN:VCARD\r\n", count: 50) + String(repeating: "END:VCARD\r\n", count: 50)
            let many = (1...3000).map { "TEL:512555\(1000 + $0)\r\n" }.joined()
            let file =
                card("FN:Ann Ash\r\n") + card("FN:Deep\r\nAGENT:\r\n\(nested)") + card("FN:Many\r\n\(many)")
                + card("FN:Bo Birch\r\n")
            let report = try await desk.imported(desk.office.ana, file, .vCard)
            #expect(report.status == "completed" && report.addsUp)
            let names = try await desk.clients(desk.office.ana).map(\.lastName)
            #expect(names.contains("Ash") && names.contains("Birch"))
            #expect(report["rejected"] >= 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `nothing, of another kind or with a thousand columns is refused before it is queued`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let wide = (1...5000).map { "c\($0)" }.joined(separator: ",")
            for text in ["", "\n\n", "PK\u{3}\u{4}…", "%PDF-1.7", wide] {
                guard case .invalid(let problems) = try await desk.handedIn(desk.office.ana, Array(text.utf8)) else {
                    Issue.record("taken: \(text.prefix(10))")
                    continue
                }
                #expect(problems.map(\.code) == [.unreadable])
            }
            guard case .page(let list, _) = try await desk.imports.listJSON(desk.office.ana) else {
                throw Office.Unexpected()
            }
            #expect(list.bytes.isEmpty)
        }
    }
}
