import Accounts
import CRM
import Core
import Foundation
import HTTPTypes
import Identity
import NIOCore
import Storage
import TestSupport

@testable import Web

/// One office in which everybody has records of their own in every table, each with the mark of its person in every text.
struct WalkOffice: Sendable {
    let office: Office
    let database: WatchedDatabase
    let owner: Visitor
    /// The other: nobody below may notice that she has anything.
    let ann: Visitor
    let bob: Visitor
    let lender: Visitor
    /// A colleague with whom everybody shares their clients.
    let friend: String

    /// A person's records.
    struct Furniture: Sendable {
        let mark: String
        var account = ""
        /// One outside of the trash, one with whom it makes a pair, one in the trash, one that was merged.
        var clients: [String] = []
        var trashed = ""
        var merged = ""
        var merge = ""
        var session = ""
        var key = ""
        var passkey = ""
        var device = ""
        /// A private smart list, and a bulk change.
        var list = ""
        var bulk = ""
        /// An import that was taken back, but for a client that was edited since. Lenders have none.
        var file = ""
        /// A note about the first client, which was edited.
        var entry = ""
        /// A file about the last client.
        var document = ""
        /// A template of mails that is not shared.
        var template = ""
        /// A client on a plan.
        var enrolment = ""
        /// A task of a client, and one without.
        var tasks: [String] = []
        /// An appointment with a client, and one without.
        var appointments: [String] = []
        var deal = ""
        var listing = ""
        var request = ""

        var allClients: [String] { clients + [trashed, merged] }
        /// What no answer to somebody else may hold.
        var secrets: [String] {
            [mark] + allClients + tasks + appointments
                + [
                    merge, session, key, passkey, device, list, bulk, file, entry, document, template, deal, request,
                    enrolment,
                ]
                .filter { !$0.isEmpty }
        }
    }

    static func open(
        on kind: DatabaseKind, _ body: @escaping @Sendable (WalkOffice) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let watched = WatchedDatabase(database)
            try await Office.open(over: watched, ["RATE_LIMIT_API_MAX": "1000000"], clock: TestWorld()) { office in
                let walk = WalkOffice(
                    office: office, database: watched,
                    owner: try await office.signedIn("owner@office.example", role: .owner),
                    ann: try await office.signedIn("ann@office.example"),
                    bob: try await office.signedIn("bob@office.example"),
                    lender: try await office.signedIn("lea@office.example", role: .lender),
                    friend: try await office.hire("friend@office.example").id.description)
                try await walk.prepare()
                try await body(walk)
            }
        }
    }

    private func prepare() async throws {
        let stages = try await owner.get("/v1/stages").text.replacing("[", with: #"["Walked","#)
        let answers = [
            try await owner.send(.put, "/v1/stages", json: stages),
            try await owner.post("/v1/custom-fields", #"{"name":"Walk","kind":"text"}"#),
            try await owner.post(
                "/v1/plans", #"{"name":"Walk","steps":[{"kind":"addTag","afterDays":1,"tag":"walked"}]}"#),
        ]
        for answer in answers where answer.status.code >= 300 { throw Surprise("not prepared: \(answer.text)") }
    }

    /// Gives `person` records of every kind. `creator` makes those that they may not make themselves, and shares them.
    func furnish(_ person: Visitor, mark: String, number: Int, by creator: Visitor? = nil) async throws -> Furniture {
        let maker = creator ?? person
        var furniture = Furniture(mark: mark)
        furniture.account = try await id(person.get("/v1/auth/me"), "user", "id")
        furniture.session = try await id(person.get("/v1/auth/sessions"), "sessions", "0", "id")
        furniture.key = try await id(person.post("/v1/api-keys", #"{"name":"\#(mark)"}"#), "id")
        let readers = creator == nil ? [friend] : [friend, furniture.account]
        let share = #","collaborators":["# + readers.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        // The same names, numbers and addresses for everybody, besides the mark: what would make a pair across people.
        let common = #""emails":[{"value":"all@example.com"},{"value":"\#(mark)@example.com"}]"#
        let paired = try await make(
            maker, #"{"firstName":"Same","lastName":"Name",\#(common),"background":"\#(mark)"\#(share)}"#)
        let main = try await make(
            maker,
            """
            {"firstName":"Same","lastName":"Name",\(common),"phones":[{"value":"512 555 010\(number)"},{"value":"512 555 0199"}],
             "addresses":[{"street":"1 Common Street"},{"street":"\(mark) Street"}],"tags":["\(mark)","common"],"stage":"Walked","birthday":"1980-01-02",
             "source":"\(mark)","background":"\(mark)","price":100000,"customFields":{"walk":"\(mark)"},"doNotCall":true,
             "consentSource":"\(mark)","relationships":[{"kind":"\(mark)","clientId":"\(paired)"}]\(share)}
            """)
        let third = try await make(maker, #"{"firstName":"Third","lastName":"\#(mark)",\#(common)\#(share)}"#)
        furniture.clients = [main, paired, third]
        furniture.merged = try await make(
            maker, #"{"firstName":"Merged","lastName":"\#(mark)","tags":["\#(mark)"]\#(share)}"#)
        furniture.trashed = try await make(maker, #"{"firstName":"Trashed","lastName":"\#(mark)"\#(share)}"#)
        _ = try await make(
            maker,
            #"{"firstName":"Probe","lastName":"Probe","emails":[{"value":"probe\#(number)@example.com"}],"phones":[{"value":"512 555 020\#(number)"}]\#(share)}"#
        )
        let changes = [
            try await maker.send(.patch, "/v1/clients/\(main)", json: #"{"timeFrame":"\#(mark)"}"#),
            try await maker.send(.delete, "/v1/clients/\(furniture.trashed)"),
            try await maker.post("/v1/clients/duplicates/dismiss", #"{"clients":["\#(main)","\#(third)"]}"#),
        ]
        for answer in changes where answer.status.code >= 300 { throw Surprise("not furnished: \(answer.text)") }
        furniture.merge = try await id(
            maker.post("/v1/clients/\(main)/merge", #"{"with":"\#(furniture.merged)"}"#), "merge", "id")
        furniture.list = try await id(
            person.post(
                "/v1/smart-lists", #"{"name":"\#(mark)","filter":{"field":"tag","op":"is","value":"\#(mark)"}}"#), "id")
        furniture.bulk = try await id(
            person.post("/v1/clients/bulk", #"{"action":"addTags","tags":["common"],"ids":["\#(main)"]}"#), "id")
        furniture.tasks = try await addTasks(of: person, mark: mark, client: main)
        furniture.appointments = try await addAppointments(of: person, mark: mark, client: main)
        if creator == nil { try await importFile(by: person, into: &furniture) }
        try await tellTimeline(by: person, into: &furniture)
        try await addDeals(by: maker, to: &furniture)
        try await addFactors(of: &furniture)
        return furniture
    }

    private func tellTimeline(by person: Visitor, into furniture: inout Furniture) async throws {
        let mark = furniture.mark
        furniture.template = try await id(
            person.post("/v1/templates", #"{"name":"\#(mark)","subject":"\#(mark)","body":"\#(mark)"}"#), "id")
        let plan = try await id(owner.get("/v1/plans"), "data", "0", "id")
        furniture.enrolment = try await id(
            person.post("/v1/clients/\(furniture.clients[0])/plans", #"{"planId":"\#(plan)"}"#), "id")
        for client in furniture.clients {
            let path = "/v1/clients/\(client)/timeline"
            furniture.entry = try await id(
                person.post(path, #"{"kind":"note","body":"\#(mark)","isPinned":true}"#), "id")
            let call = try await person.post(path, #"{"kind":"call","body":"\#(mark)","outcome":"Busy"}"#)
            let edited = try await person.send(
                .patch, "/v1/timeline/\(furniture.entry)", json: #"{"body":"\#(mark) edited"}"#)
            let file = try await person.send(
                .post, "/v1/clients/\(client)/files?name=\(mark).txt", body: ByteBuffer(string: mark),
                headers: ["Content-Type": "application/octet-stream"])
            furniture.document = try id(file, "id")
            for answer in [call, edited] where answer.status.code >= 300 {
                throw Surprise("not told: \(answer.text)")
            }
        }
    }

    private func importFile(by person: Visitor, into furniture: inout Furniture) async throws {
        let mark = furniture.mark
        let body = ByteBuffer(string: "Vorname,Notes\nImported,\(mark)\n,\(mark)\n")
        let query = "?name=\(mark).csv&mapping=%7B%22Vorname%22%3A%22firstName%22%7D"
        let begun = try await person.send(
            .post, "/v1/clients/import" + query, body: body, headers: ["Content-Type": "text/csv"])
        let file = try id(begun, "import", "id")
        while try await office.imports.workOnNext() {}
        let client = try await id(person.get("/v1/clients?search=imported"), "data", "0", "id")
        let edited = try await person.send(.patch, "/v1/clients/\(client)", json: #"{"source":"\#(mark)"}"#)
        let undone = try await person.send(.delete, "/v1/imports/\(file)")
        for answer in [edited, undone] where answer.status.code >= 300 {
            throw Surprise("not imported: \(answer.text)")
        }
        while try await office.imports.workOnNext() {}
        furniture.file = file
        furniture.clients.append(client)
    }

    /// A task of the client, which was completed and comes back, and one without a client.
    private func addTasks(of person: Visitor, mark: String, client: String) async throws -> [String] {
        let settings = try await person.send(.patch, "/v1/me/settings", json: #"{"timeZone":"Europe/Berlin"}"#)
        let common = #""name":"\#(mark)","note":"\#(mark)","dueDay":"2026-01-01""#
        let tasks = [
            try await id(person.post("/v1/tasks", #"{\#(common),"clientId":"\#(client)"}"#), "id"),
            try await id(person.post("/v1/tasks", "{\(common)}"), "id"),
        ]
        let again = try await id(
            person.post("/v1/tasks", #"{\#(common),"clientId":"\#(client)","repeat":{"frequency":"daily"}}"#), "id")
        let done = try await person.post("/v1/tasks/\(again)/complete")
        let feed = try await person.post("/v1/me/calendar-feed")
        for answer in [settings, done, feed] where answer.status.code >= 300 {
            throw Surprise("not furnished: \(answer.text)")
        }
        return tasks + [again]
    }

    private func addAppointments(of person: Visitor, mark: String, client: String) async throws -> [String] {
        let common = #""title":"\#(mark)","note":"\#(mark)","location":"\#(mark)","startDay":"2026-01-01""#
        return [
            try await id(person.post("/v1/appointments", #"{\#(common),"clients":["\#(client)"]}"#), "id"),
            try await id(person.post("/v1/appointments", "{\(common)}"), "id"),
        ]
    }
    /// A deal of a client, with the mark in every text.
    private func addDeals(by maker: Visitor, to furniture: inout Furniture) async throws {
        let mark = furniture.mark
        furniture.deal = try await id(
            maker.post(
                "/v1/deals",
                #"""
                {"name":"\#(mark)","stageId":"\#(Self.stage)","price":100,"commission":{"ratePpm":30000},
                 "split":[{"to":"team","name":"\#(mark)","basisPoints":10000}],"notes":"\#(mark)",
                 "parties":[{"clientId":"\#(furniture.clients[0])","roles":["buyer"]}],
                 "contacts":[{"role":"\#(mark)","name":"\#(mark)"}],"dates":{"acceptance":"2026-01-05"},
                 "checklist":[{"title":"\#(mark)"}]}
                """#), "id")
        // Everybody sees listings, so they have no mark; who sells, likes and looks for them is the person's own.
        furniture.listing = try await id(
            maker.post(
                "/v1/listings", #"{"status":"Active","price":100,"sellers":["\#(furniture.clients[0])"]}"#), "id")
        furniture.request = try await id(
            maker.post("/v1/clients/\(furniture.clients[0])/requests", #"{"name":"\#(mark)","cities":["\#(mark)"]}"#),
            "id")
        let answers = [
            try await maker.post(
                "/v1/listings/\(furniture.listing)/interest", #"{"clientId":"\#(furniture.clients[0])"}"#),
            try await maker.send(
                .patch, "/v1/listings/\(furniture.listing)", json: #"{"address":{"city":"Walked"}}"#),
            try await maker.send(
                .patch, "/v1/requests/\(furniture.request)", json: #"{"cities":["\#(mark)","walked"]}"#),
        ]
        for answer in answers where answer.status.code >= 300 { throw Surprise("no listing: \(answer.text)") }
    }

    /// The identity of nothing.
    static let nobody = "01900000-0000-7000-8000-00000000ffff"

    /// The first stage of the pipeline for buyers.
    static let stage = "01900000-0001-7000-8000-000000000000"

    /// What takes a browser or an authenticator to make.
    private func addFactors(of furniture: inout Furniture) async throws {
        let world = office.clock.world
        let (passkey, device) = (world.identifier(AccountID.self), world.identifier(AccountID.self))
        guard let account = AccountID(furniture.account) else { throw Surprise("no account") }
        let (name, bytes) = (furniture.mark, world.randomBytes(16))
        try await office.gate.database.transaction { sql in
            try sql.run(
                """
                INSERT INTO passkey (id, account_id, credential_id, algorithm, public_key, sign_count, aaguid, attachment,
                    transports, backup_eligible, backed_up, name, created_at)
                VALUES (\(passkey), \(account), \(bytes), -7, \(bytes), 0, \(bytes), 'platform', '', 0, 0, \(name), 0)
                """)
            try sql.run(
                """
                INSERT INTO remembered_device (id, token_hash, account_id, created_at, expires_at, last_used_at, user_agent)
                VALUES (\(device), \(bytes), \(account), 0, 9000000000000, 0, \(name))
                """)
        }
        furniture.passkey = passkey.description
        furniture.device = device.description
    }

    private func make(_ visitor: Visitor, _ json: String) async throws -> String {
        try await id(visitor.post("/v1/clients?force=true", json.split(separator: "\n").joined()), "id")
    }

    private func id(_ answer: Answer, _ path: String...) throws -> String {
        let found = path.reduce(answer.json) { value, name -> JSONValue? in
            switch value {
            case .object(let members): return members[name]
            case .array(let items): return Int(name).flatMap { items.indices.contains($0) ? items[$0] : nil }
            default: return nil
            }
        }
        guard case .string(let id) = found else { throw Surprise("nothing at \(path): \(answer.text)") }
        return id
    }

    /// Has the work beside the requests done that follows from what was written.
    func settle() async throws {
        office.clock.advance(by: .minutes(2))
        try await office.book.findPairs()
    }
}

extension WalkNames {
    /// The other's records: once for each client that can be named, whatever became of it.
    static func of(
        _ other: WalkOffice.Furniture, number: Int, cursor: String, for own: WalkOffice.Furniture
    ) -> [WalkNames] {
        [other.clients[0], other.trashed, other.merged].map { client in
            var names = WalkNames(
                client: client, pairedClient: other.clients[1], merge: other.merge, account: other.account,
                session: other.session, key: other.key, passkey: other.passkey, device: other.device,
                list: other.list, bulk: other.bulk, file: other.file)
            names.entry = other.entry
            names.document = other.document
            names.template = other.template
            names.enrolment = other.enrolment
            names.plan = WalkOffice.nobody
            names.invitation = String(repeating: "a", count: 36)
            (names.task, names.freeTask) = (other.tasks[0], other.tasks[1])
            names.ownTask = own.tasks[0]
            (names.appointment, names.freeAppointment) = (other.appointments[0], other.appointments[1])
            names.ownAppointment = own.appointments[0]
            (names.deal, names.ownDeal) = (other.deal, own.deal)
            (names.listing, names.request) = (other.listing, other.request)
            names.mark = other.mark
            names.probeEmail = "probe\(number)@example.com"
            names.probePhone = "512-555-020\(number)"
            names.cursor = cursor
            (names.ownClient, names.ownAccount) = (own.clients[0], own.account)
            return names
        }
    }

    /// Records that there are not, named alike.
    func nobody(_ world: World) -> WalkNames {
        func id() -> String { world.identifier(AccountID.self).description }
        var names = WalkNames(
            client: id(), pairedClient: id(), merge: id(), account: id(), session: id(), key: id(), passkey: id(),
            device: id(), list: id(), bulk: id(), file: id())
        names.entry = id()
        names.document = id()
        names.template = id()
        names.enrolment = id()
        names.plan = WalkOffice.nobody
        names.invitation = String(repeating: "b", count: 36)
        (names.deal, names.ownDeal) = (id(), ownDeal)
        (names.listing, names.request) = (listing.isEmpty ? id() : listing, id())
        names.mark = String(mark.reversed())
        names.probeEmail = "probe9@example.com"
        names.probePhone = "512-555-0209"
        names.cursor = String(cursor.reversed())
        (names.task, names.freeTask, names.appointment, names.freeAppointment) = (id(), id(), id(), id())
        names.ownAppointment = ownAppointment
        (names.ownClient, names.ownAccount, names.ownTask) = (ownClient, ownAccount, ownTask)
        return names
    }
}
