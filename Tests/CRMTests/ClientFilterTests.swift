import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a filter of clients` {
    static func fields(_ office: Office) async throws {
        let fields = CustomFieldList(database: office.database, world: office.time.world)
        let kinds: [(String, CustomField.Kind, [String])] = [
            ("Note", .text, []), ("Score", .number, []), ("Close date", .date, []), ("Car", .choice, ["Ford", "VW"]),
            ("Pets", .flag, []),
        ]
        for (name, kind, choices) in kinds {
            office.time.advance(by: .seconds(1))
            _ = try await fields.create(office.owner, name: name, kind: kind, choices: choices)
        }
    }

    /// Clients over two months, some of them in the trash.
    private func fill(_ office: Office, _ dice: inout FilterDice) async throws -> [Client] {
        try await Self.fields(office)
        var clients: [Client] = []
        for number in 0..<80 {
            guard
                case .created(let client) = try await office.book.create(office.owner, dice.draft(number), force: true)
            else { throw Office.Unexpected() }
            clients.append(client)
            office.time.advance(by: .days(1))
        }
        for client in clients.suffix(5) {
            _ = try await office.book.delete(office.owner, client.id, proof: office.proof(office.owner))
        }
        return clients.dropLast(5)
    }

    @Test(arguments: DatabaseKind.available)
    func `finds exactly those who answer it, for everybody among their own, in every order and on every page`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let people = [office.ana.userID, office.ben.userID, office.lender.userID]
            var dice = FilterDice(dice: Dice(seed: 12), people: people, now: office.time.world.now())
            let clients = try await fill(office, &dice)
            dice = FilterDice(dice: dice.dice, people: people, now: office.time.world.now())
            var book = office.book
            for turn in 0..<250 {
                let filter = dice.filter()
                // Whether few are looked up or the order is followed makes no difference.
                book.filterBounds.mostLookedUp = dice.pick([0, 5, 5000])
                let scope = dice.pick([office.owner, office.ana, office.lender])
                let oracle = FilterOracle(reader: scope.userID, now: office.time.world.now())
                let expected = try clients.filter { client in
                    let readers = try client.collaborators.elements() + [client.assignedTo].compactMap { $0 }
                    let isSeen = scope.role.seesEverything || readers.contains(scope.userID)
                    return try isSeen && oracle.answers(client, filter)
                }
                var query = ClientQuery()
                query.filter = filter
                query.sort = dice.pick(ClientSort.allCases)
                query.limit = dice.dice.number(5...100)
                var found: [ClientID] = []
                repeat {
                    guard case .page(let page) = try await book.list(scope, query) else { throw Office.Unexpected() }
                    #expect(page.total == expected.count && !page.totalIsAtLeast, "\(filter.json)")
                    found += page.clients.map(\.id)
                    query.cursor = page.nextCursor
                } while query.cursor != nil
                #expect(Set(found) == Set(expected.map(\.id)), "\(turn): \(filter.json)")
                #expect(found.count == expected.count, "\(turn): \(filter.json)")
            }
        }
    }

    @Test func `is written as it is read`() throws {
        let world = TestWorld().world
        var dice = FilterDice(dice: Dice(seed: 3), people: [world.identifier(), world.identifier()], now: world.now())
        for _ in 0..<500 {
            let filter = dice.filter()
            let node = try #require(FilterNode(json: filter.json))
            var reading = FilterReading(fields: nil)
            #expect(reading.filter(node, at: "filter") == filter, "\(filter.json)")
            #expect(reading.check.problems.isEmpty, "\(filter.json) \(reading.check.problems)")
            #expect(try StoredObject<ClientFilter>(stored: filter.json).value() == filter)
        }
    }

    @Test func `is refused by the path of what is wrong with it`() async throws {
        try await Office.open(.sqlite) { office in
            try await Self.fields(office)
            let deep = #"{"not":{"not":{"not":{"not":{"field":"email","op":"isEmpty"}}}}}"#
            let many =
                "[" + Array(repeating: #"{"field":"email","op":"isEmpty"}"#, count: 51).joined(separator: ",") + "]"
            let values = "[" + (0..<51).map { "\"\($0)\"" }.joined(separator: ",") + "]"
            let wrong: [(String, String, FieldProblem.Code)] = [
                (#"[]"#, "filter", .wrongKind), (#"{}"#, "filter.field", .unknownField),
                (#"{"field":"salary","op":"is","value":1}"#, "filter.field", .unknownField),
                (
                    #"{"and":[{"field":"stage","op":"is","value":"Leads","extra":1}]}"#, "filter.and[0].extra",
                    .unknownField
                ),
                (#"{"and":[],"or":[]}"#, "filter.or", .unknownField), (#"{"or":[]}"#, "filter.or", .required),
                (#"{"and":{}}"#, "filter.and", .wrongKind),
                (#"{"not":{"field":"stage","op":"contains","value":"L"}}"#, "filter.not.op", .unknownChoice),
                (#"{"field":"stage","op":"is","value":7}"#, "filter.value", .wrongKind),
                (#"{"field":"stage","op":"in","value":\#(values)}"#, "filter.value", .tooMany),
                (#"{"field":"tag","op":"in","value":["a",""]}"#, "filter.value[1]", .required),
                (#"{"field":"tag","op":"is","value":"a\u0000b"}"#, "filter.value", .invalidCharacters),
                (#"{"field":"price","op":"less","value":1.5}"#, "filter.value", .outOfRange),
                (#"{"field":"price","op":"less","value":-1}"#, "filter.value", .outOfRange),
                (#"{"field":"lastActivityAt","op":"notWithinDays","value":0}"#, "filter.value", .outOfRange),
                (#"{"field":"createdAt","op":"before","value":"2026-02-30"}"#, "filter.value", .invalidDate),
                (#"{"field":"assignedTo","op":"is","value":"nobody"}"#, "filter.value", .wrongKind),
                (#"{"field":"doNotCall","op":"is"}"#, "filter.value", .wrongKind),
                (#"{"field":"customFields.salary","op":"is","value":1}"#, "filter.field", .unknownField),
                (#"{"field":"customFields.","op":"is","value":1}"#, "filter.field", .unknownField),
                (#"{"field":"customFields.score","op":"contains","value":"1"}"#, "filter.op", .wrongKind),
                (#"{"field":"customFields.score","op":"less","value":1e300}"#, "filter.value", .outOfRange),
                (#"{"field":"customFields.closeDate","op":"is","value":"soon"}"#, "filter.op", .wrongKind),
                (deep, "filter.not.not.not", .tooMany), (#"{"and":\#(many)}"#, "filter", .tooMany),
            ]
            for (json, path, code) in wrong {
                let node = try #require(FilterNode(json: json), "\(json)")
                guard case .invalid(let problems) = try await office.book.filter(node) else {
                    Issue.record("taken: \(json)")
                    continue
                }
                #expect(problems.contains { $0.field == path && $0.code == code }, "\(json): \(problems)")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `belongs to its cursor`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for number in 0..<6 { try await office.client(office.ana, "A\(number)") { $0.tags = ["VIP"] } }
            let vip = ClientFilter.condition(FilterCondition(.tag, .isOne(of: ["VIP"])))
            let page = try await office.page(office.ana) {
                $0.filter = vip
                $0.limit = 2
            }
            var query = ClientQuery()
            query.cursor = page.nextCursor
            query.limit = 2
            for filter in [nil, ClientFilter.not(vip)] {
                query.filter = filter
                #expect(try await office.book.list(office.ana, query) == .invalidCursor)
            }
            query.filter = vip
            #expect(try await office.book.list(office.ben, query) == .invalidCursor)
            guard case .page = try await office.book.list(office.ana, query) else { throw Office.Unexpected() }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `holds for what a search finds as well`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "Jane") { $0.price = 100 }
            try await office.client(office.ana, "Janet") { $0.price = 900 }
            try await office.client(office.ben, "Janos") { $0.price = 900 }
            let page = try await office.page(office.ana) {
                $0.search = "jan"
                $0.filter = .condition(FilterCondition(.price, .number(.greater, 500)))
            }
            #expect(page.clients.map(\.firstName) == ["Janet"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that asks for one stage alone has the kept total`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana, "A")
            let recording = RecordingDatabase(office.database)
            let book = ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey)
            var query = ClientQuery()
            query.filter = .every([.condition(FilterCondition(.stage, .isOne(of: ["Leads"])))])
            guard case .page(let page) = try await book.list(office.owner, query) else { throw Office.Unexpected() }
            #expect(page.total == 1)
            #expect(recording.statements.count == 1)
            #expect(
                recording.statements[0].rendered(for: kind == .sqlite ? .sqlite : .postgres).text.contains(
                    "client_total"))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `compares a custom text of a thousand letters of any script`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await Self.fields(office)
            // No two letters alike, so that PostgreSQL cannot pack them.
            let letters = (0..<1000).compactMap { Unicode.Scalar(0x4E00 + ($0 * 7919) % 20_000) }
            let text = String(String.UnicodeScalarView(letters))
            let client = try await office.client(office.ana) { $0.customFields = ["note": .text(text)] }
            let end = String(text.suffix(20))
            let found = try await office.page(office.ana) {
                $0.filter = .condition(FilterCondition(.custom("note"), .contains(end)))
            }
            #expect(found.clients.map(\.id) == [client.id])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `and a search find the texts of custom fields, until the field is gone`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await Self.fields(office)
            let client = try await office.client(office.ana, "Jane") {
                $0.customFields = [
                    "note": .text("Collects Ámphorae"), "car": .text("VW"), "closeDate": .text("2024-02-29"),
                ]
            }
            for search in ["amphor", "vw"] {
                for scope in [office.ana, office.owner] {
                    #expect(try await office.names(scope, search: search) == ["Jane"])
                }
                #expect(try await office.names(office.ben, search: search) == [])
            }
            #expect(try await office.names(office.ana, search: "2024") == [])
            let fields = CustomFieldList(database: office.database, world: office.time.world)
            _ = try await fields.remove(office.owner, "note")
            try await office.book.care()
            #expect(try await office.names(office.ana, search: "amphor") == [])
            #expect(try await office.book.get(office.ana, client.id) != .notFound)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `by tag finds a client again who was taken out of the trash`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) { $0.tags = ["VIP"] }
            _ = try await office.book.delete(office.ana, client.id, proof: office.proof(office.ana))
            #expect(try await office.page(office.owner) { $0.tag = "vip" }.total == 0)
            _ = try await office.book.restore(office.ana, client.id)
            #expect(try await office.page(office.owner) { $0.tag = "vip" }.total == 1)
        }
    }
}
