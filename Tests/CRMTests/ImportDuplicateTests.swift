import Accounts
import ContactFiles
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a row whose person is there already` {
    @Test(arguments: DatabaseKind.available)
    func `is found by mail, or by number and name, in the file too`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            try await desk.office.client(desk.office.ana, "Zoe", "Zed") {
                $0.emails = [ContactPoint(value: "z@example.com")]
            }
            let report = try await desk.imported(
                desk.office.ana,
                """
                First Name,Last Name,Email,Phone
                Ann,Ash,,+1 202 555 0143
                Ann,Ash,,(202) 555-0143
                Bob,Ash,,(202) 555-0143
                Someone,Else,Z@EXAMPLE.com,
                """)
            #expect(report.addsUp && report.counts == [2, 2, 0] && report["skipped"] == 2)
            #expect(try await desk.clients(desk.office.ana).map(\.firstName) == ["Ann", "Bob", "Zoe"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a colleague is nobody that the importer knows`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            try await desk.office.client(desk.office.ben, "Zoe") { $0.emails = [ContactPoint(value: "z@example.com")] }
            let report = try await desk.imported(desk.office.ana, "Name,Email\nZoe,z@example.com\n")
            #expect(report.counts == [1, 0, 0])
            let owners = try await desk.imported(desk.office.owner, "Name,Email\nZoe,z@example.com\n")
            #expect(owners.counts == [0, 1, 0])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `becomes one more client with the policy add`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let file = "Name,Email\nAnn,a@example.com\nAnn,a@example.com\n"
            let report = try await desk.imported(desk.office.ana, file) { $0.duplicates = .add }
            #expect(report.counts == [2, 0, 0] && report.addsUp)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `fills in and adds with the policy update, and takes nothing away`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let client = try await desk.office.client(desk.office.ana, "Zoe", "") {
                $0.emails = [ContactPoint(value: "z@example.com", type: "work")]
                $0.phones = [ContactPoint(value: "512 555 0143")]
                $0.tags = ["VIP"]
                $0.background = "likes gardens"
                $0.stage = "Buyers"
                $0.doNotCall = true
            }
            let file = """
                First Name,Last Name,Email,Email 2,Phone,Tags,Background,Stage,Price,Do Not Call,Do Not Text
                Zoe,Zed,z@example.com,zoe@example.org,+1 (512) 555-0143,"vip, seller",,Sellers,300k,no,yes
                Zoe,,zoe@example.org,,1-800-FLOWERS,,sold a house,,400k,,
                New,Person,n@example.com,,,a,,,,,
                New,,n@example.com,,,b,,,,,
                Zoe,Zed,z@example.com,,,vip,likes,,,,
                """
            let report = try await desk.imported(desk.office.ana, file) { $0.duplicates = .update }
            #expect(report.addsUp && report.counts == [1, 4, 0] && report["updated"] == 3 && report["skipped"] == 1)
            guard case .found(let after) = try await desk.office.book.get(desk.office.ana, client.id) else {
                throw Office.Unexpected()
            }
            #expect(after.lastName == "Zed" && after.stage == "Buyers" && after.price == 300_000)
            #expect(try after.emails.elements().map(\.value) == ["z@example.com", "zoe@example.org"])
            #expect(try after.emails.elements().map(\.isPrimary) == [true, false])
            #expect(try after.phones.elements().map(\.value) == ["512 555 0143", "1-800-FLOWERS"])
            #expect(try after.tags.elements() == ["VIP", "seller"])
            #expect(after.background == "likes gardens\n\nsold a house")
            let details = try after.details.value()
            #expect(details.refuses(.call) && details.refuses(.text))
            #expect(after.version == 2)
            #expect(try await desk.office.history(desk.office.ana, client.id).first?.way == "import")
            let new = try #require(try await desk.clients(desk.office.ana).first { $0.firstName == "New" })
            #expect(try new.tags.elements() == ["a", "b"])
            // The same file once more brings nothing new.
            let again = try await desk.imported(desk.office.ana, file) { $0.duplicates = .update }
            #expect(again["skipped"] == 5 && again["updated"] == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a file that this program wrote is known by its identity`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let client = try await desk.office.client(desk.office.ana, "Zoe")
            let file = "Gatehouse ID,First Name,Time Frame\n\(client.id),Zoe,soon\n"
            let report = try await desk.imported(desk.office.ana, file) { $0.duplicates = .update }
            #expect(report["updated"] == 1)
            // A colleague's is nobody they know.
            let others = try await desk.imported(desk.office.ben, file) { $0.duplicates = .update }
            #expect(others.counts == [1, 0, 0])
            #expect(try await desk.clients(desk.office.ana).count == 1)
        }
    }
}
