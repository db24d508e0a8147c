import Accounts
import ContactFiles
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `an import` {
    @Test(arguments: DatabaseKind.available)
    func `makes a client of each row, with each value from its own cell`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let report = try await desk.imported(
                desk.office.ana,
                """
                First Name,Last Name,Email,Phone,Tags,Price,Birthday,Background
                Ann,Ash,a@example.com,(512) 555-0143,"VIP, buyer",$450k,1985-04-12,likes gardens
                Bo,Birch,,,,,,
                Cy,Cedar,c@example.com,,,,,
                """)
            #expect(report.status == "completed" && report.addsUp)
            #expect(report.counts == [3, 0, 0])
            let clients = try await desk.clients(desk.office.ana)
            #expect(clients.map(\.firstName) == ["Ann", "Bo", "Cy"])
            #expect(
                try clients.map { try $0.emails.elements().map(\.value) } == [["a@example.com"], [], ["c@example.com"]])
            #expect(try clients[0].phones.elements().first?.e164 == "+15125550143")
            #expect(try clients[0].tags.elements() == ["VIP", "buyer"])
            #expect(clients[0].price == 450_000)
            #expect(clients.allSatisfy { $0.assignedTo == desk.office.ana.userID && $0.stage == "Leads" })
            #expect(try await desk.clients(desk.office.ben).isEmpty)
            #expect(try await desk.office.names(desk.office.ana, search: "birch") == ["Bo"])
            let history = try await desk.office.history(desk.office.ana, clients[0].id)
            #expect(history.map(\.field) == ["created"] && history[0].way == "import")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps whoever has a name, an address or a number, however odd the number, and says why it rejects others`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let report = try await desk.imported(
                desk.office.ana,
                """
                Name,E-mail,Phone
                ,,1-800-FLOWERS
                Ann Ash,n/a,555 0143 ext. 12
                ,b@example.com,
                ,,
                ,broken,
                \(String(repeating: "x", count: 101)),,
                """)
            #expect(report.counts == [3, 0, 2] && report.addsUp)
            #expect(report.problems("warnedRows") == ["2 E-mail:invalid_email"])
            #expect(report.problems("rejectedRows").first?.hasPrefix("4 ") == true)
            #expect(report.problems("rejectedRows").last == "5 Name:too_long")
            let clients = try await desk.clients(desk.office.ana)
            let flowers = try #require(clients.first { $0.firstName.isEmpty && $0.phones.json != "[]" })
            #expect(try flowers.phones.elements().map(\.value) == ["1-800-FLOWERS"])
            let ann = try #require(clients.first { $0.firstName == "Ann" })
            #expect(try ann.phones.elements().first?.extensionDigits == "12")
            #expect(ann.background == "E-mail: n/a")
            // What a file brought stays editable.
            var patch = ClientPatch()
            patch.phones = .set([
                ContactPoint(value: "1-800-FLOWERS", type: "work"), ContactPoint(value: "512 555 0199"),
            ])
            #expect(try await desk.office.patched(desk.office.ana, flowers.id, patch).phones.elements().count == 2)
            #expect(try await desk.office.names(desk.office.ana, search: "flowers").count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `hands rejected rows back as a file that can be mended and imported again`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let long = String(repeating: "x", count: 101)
            let report = try await desk.imported(
                desk.office.ana, "First Name,Phone,Source\n\(long),+1 512 555 0143,=1+1\nAnn,,\n"
            ) { $0.mapping = ["Source": .background] }
            #expect(report.counts == [1, 0, 1])
            let returned = try await desk.rejected(desk.office.ana, report.id)
            #expect(
                returned == "Import Row,Import Problem,First Name,Phone,Source\r\n"
                    + "1,First Name: Use at most 100 characters.,\(long),'+1 512 555 0143,'=1+1\r\n")
            let mended = try await desk.imported(desk.office.ana, returned.replacing(long, with: "Bo"))
            #expect(mended.counts == [1, 0, 0])
            // The mapping that was said for these columns counts for the file that came back, too.
            #expect(mended.members["mappingRemembered"] as? Bool == true)
            let bo = try #require(try await desk.clients(desk.office.ana).first { $0.firstName == "Bo" })
            #expect(try bo.phones.elements().map(\.value) == ["+1 512 555 0143"])
            #expect(bo.background == "Source: =1+1")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is shown to whoever made it, to owner and admin, and to nobody else`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array("Name\nAnn\n".utf8))
            #expect(try await desk.imports.showJSON(desk.office.ben, id) == nil)
            #expect(try await desk.imports.rejectedRows(desk.office.ben, id) == nil)
            #expect(
                try await desk.imports.stop(desk.office.ben, id, proof: try desk.office.proof(desk.office.ben))
                    == .notFound)
            for scope in [desk.office.ana, desk.office.owner, desk.office.admin] {
                #expect(try await desk.report(scope, id).status == "queued")
                guard case .page(let list, _) = try await desk.imports.listJSON(scope) else {
                    throw Office.Unexpected()
                }
                #expect(try Office.objects(list).count == 1)
            }
            guard case .page(let list, _) = try await desk.imports.listJSON(desk.office.ben) else {
                throw Office.Unexpected()
            }
            #expect(list.bytes.isEmpty)
            #expect(try await desk.handedIn(desk.office.lender, Array("Name\nAnn\n".utf8)) == .forbidden)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that runs dry writes nobody, and tells what would become of each row`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            try await desk.office.client(desk.office.ana, "Zoe", "Zed") {
                $0.emails = [ContactPoint(value: "z@example.com")]
            }
            let report = try await desk.imported(
                desk.office.ana,
                "Name,Email,Mystery\nAnn,a@example.com,1\nAnn again,A@example.com,2\nZ,z@example.com,3\n,,4\n"
            ) { $0.isDryRun = true }
            #expect(report.status == "completed" && report.addsUp)
            #expect(report.counts == [1, 2, 1])
            #expect(report.texts("unknownColumns") == ["Mystery"])
            #expect(report.list("preview").map { $0["firstName"] as? String } == ["Ann", "Ann", "Z", ""])
            #expect(try await desk.clients(desk.office.ana).count == 1)
            #expect(try await desk.rejected(desk.office.ana, report.id).contains("4,"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of vCards makes clients as well`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let report = try await desk.imported(
                desk.office.ana,
                "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Ash;Ann;;;\r\nTEL;TYPE=CELL:+1 512 555 0143\r\nEND:VCARD\r\n"
                    + "BEGIN:VCARD\r\nVERSION:4.0\r\nNOTE:nobody\r\nEND:VCARD\r\n", .vCard)
            #expect(report.counts == [1, 0, 1] && report.addsUp)
            #expect(report.members["dialect"] as? String == "vcard")
            #expect(try await desk.clients(desk.office.ana).map(\.lastName) == ["Ash"])
            #expect(try await desk.rejected(desk.office.ana, report.id).contains("nobody"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of an owner gives clients to whom the file names, makes stages, and fills in what the file does not say`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let file = """
                First Name,Stage,Assigned To,Source
                Ann,hot prospects,ben@example.com,
                Bo,Warm,Ana Test,Zillow
                Cy,,Nobody Known,
                """
            let report = try await desk.imported(desk.office.owner, file) {
                $0.stage = "Nurture"
                $0.source = "Old CRM"
            }
            #expect(report.counts == [3, 0, 0])
            #expect(report.problems("warnedRows") == ["3 Assigned To:unknown_account"])
            let clients = try await desk.clients(desk.office.owner)
            #expect(clients.map(\.stage) == ["Hot Prospects", "Warm", "Nurture"])
            #expect(clients.map(\.source) == ["Old CRM", "Zillow", "Old CRM"])
            #expect(clients.map(\.assignedTo) == [desk.office.ben.userID, desk.office.ana.userID, nil])
            #expect(try await StageList(database: desk.office.database).all().last == "Warm")
            // An agent's are theirs, and stay in stages that there are.
            let agents = try await desk.imported(
                desk.office.ana, "First Name,Stage,Assigned To\nDi,Lukewarm,ben@example.com\n")
            #expect(agents.problems("warnedRows") == ["1 Stage:unknown_choice"])
            let di = try #require(try await desk.clients(desk.office.ana).first { $0.firstName == "Di" })
            #expect(di.assignedTo == desk.office.ana.userID && di.stage == "Leads")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `writes down consent with the file as its source, and custom fields by name or key`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let fields = CustomFieldList(database: desk.office.database, world: desk.office.time.world)
            _ = try await fields.create(desk.office.owner, name: "Close date", kind: .date, choices: [])
            _ = try await fields.create(desk.office.owner, name: "Car", kind: .choice, choices: ["VW", "Ford"])
            let report = try await desk.imported(
                desk.office.ana, "Name,Do Not Call,Close Date,car\nAnn,yes,2026-12-01,vw\nBo,no,soon,Fiat\n"
            ) { $0.fileName = "old.csv" }
            #expect(report.counts == [2, 0, 0])
            #expect(report.problems("warnedRows") == ["2 Close Date:wrong_type car:wrong_type"])
            let details = try await desk.clients(desk.office.ana).map { try $0.details.value() }
            #expect(details[0].custom.map(\.value) == [.text("VW"), .text("2026-12-01")])
            let decision = try #require(details[0].consent.first)
            #expect(decision.channel == .call && decision.isRefused && decision.source == "old.csv")
            #expect(decision.by == desk.office.ana.userID)
            #expect(details[1].consent.isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `reads dates in the order that the file proves, and asks where nothing does`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let proven = try await desk.imported(desk.office.ana, "Name,Birthday\nAnn,03/04/1985\nBo,25/12/1990\n")
            #expect(proven.texts("undecidedDates").isEmpty)
            let clients = try await desk.clients(desk.office.ana)
            #expect(try clients.first?.details.value().birthday?.text == "1985-04-03")
            let open = try await desk.imported(desk.office.ana, "Name,Birthday\nCy,03/04/1985\n") { $0.isDryRun = true }
            #expect(open.texts("undecidedDates") == ["Birthday"])
            _ = try await desk.imported(desk.office.ana, "Name,Birthday\nCy,03/04/1985\n") { $0.dateOrder = .dayFirst }
            let cy = try await desk.clients(desk.office.ana).first { $0.firstName == "Cy" }
            #expect(try cy?.details.value().birthday?.text == "1985-04-03")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `reads the dates of custom fields so too, of this century where they are yet to come`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let fields = CustomFieldList(database: desk.office.database, world: desk.office.time.world)
            _ = try await fields.create(desk.office.owner, name: "Close date", kind: .date, choices: [])
            _ = try await fields.create(desk.office.owner, name: "Ratio", kind: .text, choices: [])
            let report = try await desk.imported(
                desk.office.ana,
                "Name,Close Date,Ratio\nAnn,03/04/2026,3/4\nBo,25/12/30,1/2\nCy,1.2.99,2/3\n")
            #expect(report.texts("undecidedDates").isEmpty && report["warnings"] == 0)
            let values = try await desk.clients(desk.office.ana).map { client in
                try client.details.value().custom.first { $0.key == "closeDate" }?.value
            }
            #expect(values == [.text("2026-04-03"), .text("2030-12-25"), .text("1999-02-01")])
            let open = try await desk.imported(
                desk.office.ana, "Name,Close Date,Ratio\nDi,03/04/2026,3/4\n"
            ) { $0.isDryRun = true }
            #expect(open.texts("undecidedDates") == ["Close Date"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `says when more rows had problems than are kept`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array("Name,Email\nAnn,\n,broken\nBo,n/a\n".utf8))
            try await desk.office.database.transaction {
                try $0.run("UPDATE client_import SET noted_bytes = \(ImportBatch.mostNotedBytes) WHERE id = \(id)")
            }
            try await desk.work()
            let report = try await desk.report(desk.office.ana, id)
            #expect(report.counts == [2, 0, 1] && report.list("rejectedRows").isEmpty)
            #expect(report.texts("notes").count == 1 && report.texts("notes")[0].hasPrefix("2 more rows had problems."))
            let whole = try await desk.imported(desk.office.ana, "Name,Email\n,broken\n")
            #expect(whole.texts("notes").isEmpty && whole.list("rejectedRows").count == 1)
        }
    }
}
