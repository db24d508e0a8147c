import Accounts
import Core
import Identity
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `readers of clients and their totals` {
    @Test(arguments: DatabaseKind.available, [UInt64(11), 12, 13])
    func `agree with the clients after whatever was done to them`(kind: DatabaseKind, seed: UInt64) async throws {
        try await Office.open(kind) { office in
            let dice = TestWorld(seed: seed)
            for _ in 0..<6 {
                for _ in 0..<15 {
                    try await doSomething(office, dice)
                    office.time.advance(by: .milliseconds(Int64(pick(dice, 3))))
                }
                try await check(office)
            }
            // Nothing is left for a recount to mend.
            let before = try await totals(office)
            try await office.book.care()
            #expect(try await totals(office) == before.filter { $0.value != 0 || $0.key.hasSuffix(" ") })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are made for the clients that were there before them`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for _ in 0..<60 { try await doSomething(office, office.time) }
            let (readers, sizes) = (try await readers(office), try await totals(office))
            // Back to where release 101 was: what the steps after it have to start from.
            _ = try await office.database.batch([
                "DROP TABLE client_total", "DROP TABLE client_reader",
                "CREATE TABLE client_book (id BIGINT PRIMARY KEY CHECK (id = 1), live BIGINT NOT NULL)",
                "DROP INDEX client_stage_by_creation", "DROP INDEX client_stage_by_update",
                "DROP INDEX client_stage_by_activity", "DROP INDEX client_stage_by_name",
                "DROP INDEX client_by_price", "DROP INDEX client_stage_by_price", "DROP INDEX client_by_source",
                "DROP INDEX client_custom_by_text", "ALTER TABLE client_custom DROP COLUMN value_folded",
                "CREATE INDEX client_custom_by_text ON client_custom (key, value_text, client_id)",
                "DELETE FROM schema_migration WHERE number IN (102, 103, 130)",
            ])
            let steps = try await Migrator(IdentitySchema.migrations + CRMSchema.migrations)
                .migrate(office.database, now: office.time.now)
            #expect(steps.map(\.number) == [102, 103, 130])
            #expect(try await self.readers(office) == readers)
            #expect(
                try await totals(office) == sizes.filter { $0.value != 0 || $0.key == "\(BookSize.wholeBook) " }
            )
            try await check(office)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are right after stages were changed at once`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var clients: [Client] = []
            for number in 0..<12 { clients.append(try await office.client(office.ana, "Client \(number)")) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, client) in (clients + clients).enumerated() {
                    group.addTask {
                        var patch = ClientPatch()
                        patch.stage = .set(["Leads", "Buyers", "Sellers"][number % 3])
                        patch.collaborators = .set(number % 2 == 0 ? [office.ben.userID] : [])
                        _ = try await office.book.patch(office.ana, client.id, patch)
                    }
                }
                try await group.waitForAll()
            }
            try await check(office)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are put right when somebody has changed them by hand`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            try await office.client(office.ana)
            try await office.client(office.ana) { $0.stage = "Buyers" }
            let right = try await totals(office)
            _ = try await office.database.batch([
                "UPDATE client_total SET live = live + 7 WHERE stage = 'Buyers'",
                "DELETE FROM client_total WHERE stage = 'Leads'",
                "INSERT INTO client_total (user_id, stage, live) VALUES (\(office.ben.userID), 'Gone', 3)",
            ])
            try await office.book.care()
            #expect(try await totals(office) == right.merging(["\(office.ben.userID) ": 0]) { first, _ in first })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a filtered total above ten thousand is told as a bound`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            func insert(_ count: Int) async throws {
                let rows = (0..<count).map { _ in
                    let id: ClientID = office.time.world.identifier()
                    return """
                        (\(id), 'Bulk', '', '[]', '[]', '[]', '[]', '[]', 'Leads', 'Import', '', 'bulk', \(id.bytes),
                         0, 0, 0, 1)
                        """ as SQL
                }
                _ = try await office.database.batch([
                    """
                    INSERT INTO client (
                        id, first_name, last_name, emails, phones, addresses, tags, collaborators, stage, source,
                        background, search_text, sort_name, created_at, updated_at, last_activity_at, version)
                    VALUES \(rows.joined(separator: ", "))
                    """
                ])
            }
            for _ in 0..<10 { try await insert(1000) }
            let exact = try await office.page(office.owner) { $0.source = "Import" }
            #expect(exact.total == 10_000)
            #expect(!exact.totalIsAtLeast)
            try await insert(1)
            let bound = try await office.page(office.owner) { $0.source = "Import" }
            #expect(bound.total == 10_000)
            #expect(bound.totalIsAtLeast)
            // What is kept is told as it is.
            try await office.book.care()
            let kept = try await office.page(office.owner) { $0.stage = "Leads" }
            #expect(kept.total == 10_001)
            #expect(!kept.totalIsAtLeast)
        }
    }

    // MARK: - What is done

    private static let stages = ["Leads", "Buyers", "Sellers"]

    private func pick(_ dice: TestWorld, _ count: Int) -> Int { Int(dice.randomBytes(1)[0]) % count }

    private func doSomething(_ office: Office, _ dice: TestWorld) async throws {
        let people = [office.ana, office.ben, office.lender, office.admin].map(\.userID)
        let present = try await office.page(office.owner) { $0.limit = 100 }.clients
        let stage = Self.stages[pick(dice, 3)]
        let sharedWith = people.filter { _ in pick(dice, 3) == 0 }
        guard let client = present.isEmpty ? nil : present[pick(dice, present.count)] else {
            try await office.client(office.ana)
            return
        }
        switch pick(dice, 10) {
        case 0...3:
            try await office.client([office.ana, office.ben, office.owner][pick(dice, 3)], "New", stage) {
                $0.stage = stage
                $0.collaborators = pick(dice, 2) == 0 ? sharedWith : []
            }
        case 4...7:
            var patch = ClientPatch()
            if pick(dice, 2) == 0 { patch.stage = .set(stage) }
            if pick(dice, 2) == 0 { patch.lastName = .set("Name \(pick(dice, 50))") }
            if pick(dice, 2) == 0 { patch.collaborators = .set(sharedWith) }
            if pick(dice, 3) == 0 { patch.assignedTo = pick(dice, 4) == 0 ? .clear : .set(people[pick(dice, 2)]) }
            _ = try await office.book.patch(office.owner, client.id, patch)
        case 8: _ = try await office.book.delete(office.owner, client.id, proof: office.proof(office.owner))
        default:
            guard pick(dice, 4) == 0 else { return }
            let (from, to) = pick(dice, 2) == 0 ? (office.ana, office.ben) : (office.ben, office.ana)
            let now = office.time.now
            try await office.database.transaction { session in
                _ = try office.book.handOver(from: from.userID, to: to.userID, at: now, in: session)
            }
        }
    }

    // MARK: - What must hold

    /// Compares every list and every total with what the clients themselves say.
    private func check(_ office: Office) async throws {
        let clients = try await office.database.reduce(
            "SELECT \(Client.columns) FROM client WHERE deleted_at IS NULL", into: [Client]()
        ) { clients, row in clients.append(try Client(row)) }
        for scope in [office.owner, office.ana, office.ben, office.lender] {
            for stage in [nil] + Self.stages.map(Optional.some) {
                let expected = try clients.filter { client in
                    guard stage == nil || client.stage == stage else { return false }
                    guard !scope.role.seesEverything else { return true }
                    return try client.assignedTo == scope.userID
                        || client.collaborators.elements().contains(scope.userID)
                }
                for sort in ClientSort.allCases {
                    let found = try await walk(office, scope, stage, sort)
                    #expect(found.clients.count == expected.count)
                    #expect(Set(found.clients.map(\.id)) == Set(expected.map(\.id)), "\(scope.role), \(sort)")
                    #expect(found.totals.allSatisfy { $0 == expected.count }, "\(scope.role): \(found.totals)")
                    #expect(isOrdered(found.clients, sort), "\(sort)")
                }
            }
        }
    }

    private func walk(
        _ office: Office, _ scope: Scope, _ stage: String?, _ sort: ClientSort
    ) async throws -> (clients: [Client], totals: [Int]) {
        var (clients, totals): ([Client], [Int]) = ([], [])
        var cursor: String?
        repeat {
            let page = try await office.page(scope) {
                $0.stage = stage
                $0.sort = sort
                $0.limit = 20
                $0.cursor = cursor
            }
            clients += page.clients
            totals.append(page.total)
            cursor = page.nextCursor
        } while cursor != nil
        return (clients, totals)
    }

    private func isOrdered(_ clients: [Client], _ sort: ClientSort) -> Bool {
        func key(_ client: Client) -> [UInt8] {
            let moment: Timestamp
            switch sort {
            case .createdAt, .newestFirst: moment = client.createdAt
            case .updatedAt, .lastUpdatedFirst: moment = client.updatedAt
            case .lastActivityAt, .lastActiveFirst: moment = client.lastActivityAt
            case .price, .highestPriceFirst: moment = Timestamp(milliseconds: (client.price ?? -1) + 1)
            case .lastName, .lastNameReversed:
                return (try? SearchText.sortName(of: ClientContent(client))) ?? []
            }
            return (0..<8).map { UInt8(truncatingIfNeeded: moment.milliseconds >> (56 - 8 * $0)) }
        }
        let keys = clients.map { key($0) + $0.id.bytes }
        return zip(keys, keys.dropFirst()).allSatisfy { first, second in
            sort.isDescending
                ? second.lexicographicallyPrecedes(first) : first.lexicographicallyPrecedes(second)
        }
    }

    private func totals(_ office: Office) async throws -> [String: Int64] {
        let rows = try await office.database.rows("SELECT user_id, stage, live FROM client_total")
        return try Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let reader: AccountID = try row.get("user_id")
                return ("\(reader) \(try row.get("stage", as: String.self))", try row.get("live"))
            })
    }

    private func readers(_ office: Office) async throws -> [String] {
        try await office.database.rows(
            """
            SELECT user_id, client_id, stage, sort_name, created_at, updated_at, last_activity_at FROM client_reader
            ORDER BY client_id, user_id
            """
        ).map { row in
            let (reader, client): (AccountID, ClientID) = (try row.get("user_id"), try row.get("client_id"))
            let moments: [Int64] = try [
                row.get("created_at"), row.get("updated_at"), row.get("last_activity_at"),
            ]
            let (stage, name): (String, [UInt8]) = (try row.get("stage"), try row.get("sort_name"))
            return "\(reader) \(client) \(stage) \(name) \(moments)"
        }
    }
}
