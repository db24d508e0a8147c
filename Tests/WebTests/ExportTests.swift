import Accounts
import ContactFiles
import Core
import Foundation
import HTTPTypes
import Identity
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `an export of clients` {
    private static let full = #"""
        {"firstName":"Zoë","lastName":"=cmd|' /C calc'!A0","emails":[{"value":"zoe@example.com","type":"home","isPrimary":true},
        {"value":"z@work.example","type":"work"}],"phones":[{"value":"(512) 555-0143 ext. 12","type":"mobile"}],
        "addresses":[{"type":"home","street":"1 Main St","city":"Austin","state":"TX","code":"78701","country":"US"}],
        "stage":"Buyers","source":"Website","tags":["VIP","a;b"],"price":300000,"priceMax":450000,"timeFrame":"spring",
        "background":"line one\nline \"two\"","birthday":"--02-29","anniversaries":[{"label":"closing","date":"2019-06-30"}],
        "relationships":[{"kind":"spouse","name":"Jon"}],"doNotText":true,"customFields":{"car":"VW"}}
        """#

    /// An owner with one client of whom everything is known, and one of whom almost nothing is.
    private static func owner(_ office: Office) async throws -> Visitor {
        let owner = try await office.signedIn("owner@office.example", role: .owner)
        #expect(try await owner.post("/v1/custom-fields", #"{"name":"Car","kind":"text"}"#).status == .created)
        let made = try await owner.post("/v1/clients", full)
        #expect(made.status == .created, "\(made.text)")
        #expect(try await owner.post("/v1/clients", #"{"phones":[{"value":"555-0199"}]}"#).status == .created)
        return owner
    }

    private static func people(_ answer: Answer) -> [ImportedPerson] {
        let dates = DateReading(order: .monthFirst, currentYear: 2026)
        let kind = answer.header("Content-Type")?.prefix { $0 != ";" }
        if kind == "text/vcard" {
            var reader = VCardReader(dates: dates)
            reader.feed(Array(answer.text.utf8))
            reader.finish()
            var people: [ImportedPerson] = []
            while let row = reader.next() { people.append(row.person) }
            return people
        }
        var reader = CSVReader()
        reader.feed(Array(answer.text.utf8))
        reader.finish()
        var rows: [CSVRow] = []
        while let row = reader.next() { rows.append(row) }
        let header = reader.header ?? []
        let persons = PersonReader(columns: ColumnMapping(recognizing: header).columns(of: header), dates: dates)
        return rows.map { persons.read($0).person }
    }

    @Test(arguments: DatabaseKind.available, ["csv", "vcard"])
    func `comes back as it was, field by field`(kind: DatabaseKind, format: String) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await Self.owner(office)
            let people = Self.people(try await owner.get("/v1/clients/export?format=\(format)"))
            #expect(people.count == 2)
            let zoe = try #require(people.first { $0.firstName == "Zoë" })
            #expect(zoe.lastName == "=cmd|' /C calc'!A0")
            #expect(zoe.emails.map(\.value) == ["zoe@example.com", "z@work.example"])
            #expect(zoe.emails.map(\.isPrimary) == [true, false])
            #expect(zoe.phones.map(\.value) == ["(512) 555-0143 ext. 12"])
            #expect(zoe.addresses.map(\.city) == ["Austin"])
            #expect(zoe.stage == "Buyers" && zoe.source == "Website" && zoe.tags == ["VIP", "a;b"])
            #expect(zoe.price == 300_000 && zoe.priceMax == 450_000 && zoe.timeFrame == "spring")
            #expect(zoe.background == "line one\nline \"two\"")
            #expect(zoe.birthday?.text == "--02-29" && zoe.anniversaries.map(\.date.text) == ["2019-06-30"])
            #expect(zoe.relationships.map(\.name) == ["Jon"] && zoe.doNotText == true && zoe.doNotCall == nil)
            #expect(zoe.custom.map(\.text) == ["VW"])
            #expect(people.contains { $0.phones.map(\.value) == ["555-0199"] && $0.emails.isEmpty })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `has a client as the API shows it on each line of JSON lines`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await Self.owner(office)
            let answer = try await owner.get("/v1/clients/export?format=jsonl")
            let lines = answer.text.split(separator: "\n").map(String.init)
            #expect(lines.count == 2)
            let listed = try await owner.get("/v1/clients?sort=createdAt")
            for (line, client) in zip(lines, listed.data) {
                #expect(try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8)) == client)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `runs no formula in a spreadsheet`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await Self.owner(office)
            let csv = try await owner.get("/v1/clients/export?format=csv").text
            #expect(csv.contains(",'=cmd|"))
            #expect(!csv.contains(",=cmd"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is for owners, and for whom an owner has allowed it`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withMail) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let (ana, admin) = (
                try await office.signedIn(), try await office.signedIn("adam@office.example", role: .admin)
            )
            let lender = try await office.signedIn("lena@office.example", role: .lender)
            for visitor in [ana, admin, lender] {
                #expect(try await visitor.get("/v1/clients/export").code == "export_not_allowed")
            }
            func id(_ visitor: Visitor) async throws -> String {
                try #require(try await visitor.get("/v1/auth/me").string("user", "id"))
            }
            let (anaID, lenderID) = (try await id(ana), try await id(lender))
            #expect(try await admin.send(.put, "/v1/export-grants/\(anaID)").code == "forbidden")
            #expect(try await ana.send(.put, "/v1/export-grants/\(anaID)").code == "forbidden")
            #expect(try await owner.send(.put, "/v1/export-grants/\(lenderID)").code == "not_found")
            #expect(try await owner.send(.put, "/v1/export-grants/\(anaID)").status == .noContent)
            #expect(try await owner.get("/v1/export-grants").data.count == 1)
            _ = try await ana.post("/v1/clients", #"{"firstName":"Mine"}"#)
            _ = try await owner.post("/v1/clients", #"{"firstName":"Theirs"}"#)
            let csv = try await ana.get("/v1/clients/export")
            #expect(csv.status == .ok && csv.text.contains("Mine") && !csv.text.contains("Theirs"))
            #expect(try await office.mail(.exportByColleague, to: "owner@office.example").values["clients"] == "1")
            #expect(try await owner.send(.delete, "/v1/export-grants/\(anaID)").status == .noContent)
            #expect(try await ana.get("/v1/clients/export").code == "export_not_allowed")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of many clients waits for a second person, once for each approval`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withMail.merging(["EXPORT_APPROVAL_ROWS": "2"]) { $1 }) { office in
            let owner = try await Self.owner(office)
            let second = try await office.signedIn("second@office.example", role: .owner)
            _ = try await office.signedIn("adam@office.example", role: .admin)
            let refused = try await owner.get("/v1/clients/export")
            #expect(refused.status == .forbidden && refused.code == "export_approval_required")
            let request = try #require(refused.string("request"))
            #expect(try await owner.get("/v1/clients/export").string("request") == request, "one request, not two")
            #expect(try await owner.get("/v1/clients/export?approved=\(request)").code == "export_approval_required")
            #expect(try await owner.post("/v1/export-requests/\(request)/approve").code == "forbidden")
            let agent = try await office.signedIn()
            #expect(try await agent.post("/v1/export-requests/\(request)/approve").code == "forbidden")
            #expect(try await agent.get("/v1/export-requests").data.isEmpty)
            #expect(try await office.mail(.exportRequested, to: "second@office.example").values["clients"] == "2")
            #expect(try await office.mail(.exportRequested, to: "adam@office.example").values["clients"] == "2")
            #expect(try await second.get("/v1/export-requests").data.count == 1)
            #expect(try await second.post("/v1/export-requests/\(request)/approve").status == .noContent)
            #expect(try await second.get("/v1/clients/export?approved=\(request)").status == .forbidden)
            // What was approved is a file of that kind with as many clients, more or less.
            let asCard = try await owner.get("/v1/clients/export?format=vcard&approved=\(request)")
            #expect(asCard.code == "export_approval_required")
            for name in ["Cat", "Dee"] {
                #expect(try await owner.post("/v1/clients", #"{"firstName":"\#(name)"}"#).status == .created)
            }
            let ofMore = try await owner.get("/v1/clients/export?approved=\(request)")
            #expect(ofMore.code == "export_approval_required")
            let added = try await owner.get("/v1/clients?sort=-createdAt").data
            for index in added.indices.prefix(2) {
                let id = try #require(try await owner.get("/v1/clients?sort=-createdAt").string("data", "0", "id"))
                #expect(try await owner.send(.delete, "/v1/clients/\(id)").status == .noContent, "\(index)")
                office.clock.advance(by: .milliseconds(1))
            }
            #expect(try await owner.get("/v1/clients/export?approved=\(request)").status == .ok)
            #expect(try await owner.get("/v1/clients/export?approved=\(request)").code == "export_approval_required")
        }
    }
}
