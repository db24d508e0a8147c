import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a smart list` {
    private func vip(_ office: Office, _ lists: SmartLists, _ scope: Scope, isShared: Bool = false) async throws
        -> SmartList
    {
        let node = FilterNode(json: #"{"field":"tag","op":"is","value":"VIP"}"#)
        let outcome = try await lists.create(scope, SmartListDraft(name: "VIPs", isShared: isShared, filter: node))
        guard case .done(let list) = outcome else {
            Issue.record("not made: \(outcome)")
            throw Office.Unexpected()
        }
        return list
    }

    private func ids(
        _ lists: SmartLists, _ scope: Scope, _ list: SmartListID
    ) async throws -> (ids: [String], total: Int, gone: Int) {
        guard case .page(let page, let gone) = try await lists.clients(scope, list, SmartListQuery()) else {
            throw Office.Unexpected()
        }
        return (try Office.objects(page.clients).compactMap { $0["id"] as? String }, page.total, gone.count)
    }

    @Test(arguments: DatabaseKind.available)
    func `that is shared shows everybody their own clients, and how many those are`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let lists = SmartLists(book: office.book)
            let list = try await vip(office, lists, office.owner, isShared: true)
            let anas = try await office.client(office.ana) { $0.tags = ["vip"] }
            try await office.client(office.ana)
            let bens = try await office.client(office.ben) { $0.tags = ["VIP"] }
            let readers: [(Scope, Set<ClientID>)] = [
                (office.owner, [anas.id, bens.id]), (office.ana, [anas.id]), (office.ben, [bens.id]),
                (office.lender, []),
            ]
            for (scope, expected) in readers {
                let found = try await ids(lists, scope, list.id)
                #expect(Set(found.ids) == Set(expected.map(\.description)))
                #expect(found.total == expected.count)
                #expect(
                    try await lists.get(scope, list.id)?.count == ClientCount(count: expected.count, isAtLeast: false))
                #expect(try await lists.all(scope, counted: true).first?.count?.count == expected.count)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that asks for mine shows each reader what is assigned to them`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let lists = SmartLists(book: office.book)
            let node = FilterNode(json: #"{"field":"assignedTo","op":"is","value":"me"}"#)
            let made = try await lists.create(office.admin, SmartListDraft(name: "Mine", isShared: true, filter: node))
            guard case .done(let list) = made else { throw Office.Unexpected() }
            let client = try await office.client(office.ana) { $0.collaborators = [office.ben.userID] }
            #expect(try await ids(lists, office.ana, list.id).ids == [client.id.description])
            #expect(try await ids(lists, office.ben, list.id).ids == [])
            #expect(try await ids(lists, office.owner, list.id).ids == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of one's own is nobody else's, not even an owner's`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let lists = SmartLists(book: office.book)
            let list = try await vip(office, lists, office.ana)
            for scope in [office.owner, office.admin, office.ben] {
                #expect(try await lists.get(scope, list.id) == nil)
                #expect(try await lists.all(scope, counted: false) == [])
                #expect(try await lists.change(scope, list.id, SmartListDraft(name: "Mine now")) == .notFound)
                #expect(try await lists.remove(scope, list.id) == .notFound)
                guard case .notFound = try await lists.clients(scope, list.id, SmartListQuery()) else {
                    Issue.record("shown")
                    continue
                }
                let client = try await office.client(scope)
                #expect(try await lists.neighbours(scope, list.id, of: client.id, sort: nil) == .notFound)
            }
            #expect(try await lists.get(office.ana, list.id)?.name == "VIPs")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is shared by owner and admin alone, and changed by them, but not by one who is none any more`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let lists = SmartLists(book: office.book)
            let node = FilterNode(json: #"{"and":[]}"#)
            #expect(
                try await lists.create(office.ana, SmartListDraft(name: "All", isShared: true, filter: node))
                    == .forbidden)
            let own = try await vip(office, lists, office.ana)
            #expect(try await lists.change(office.ana, own.id, SmartListDraft(isShared: true)) == .forbidden)
            let shared = try await vip(office, lists, office.owner, isShared: true)
            #expect(try await lists.change(office.ana, shared.id, SmartListDraft(name: "Hers")) == .forbidden)
            #expect(try await lists.remove(office.ana, shared.id) == .forbidden)
            guard
                case .done(let changed) = try await lists.change(office.admin, shared.id, SmartListDraft(name: "Ours"))
            else { throw Office.Unexpected() }
            #expect(changed.name == "Ours" && changed.version == 2 && changed.ownerID == office.owner.userID)
            let stale = try await lists.change(
                office.admin, shared.id, SmartListDraft(name: "Late"), expectedVersions: [1])
            #expect(stale == .versionMismatch)
            let demoted = Scope(userID: office.owner.userID, sessionID: office.time.world.identifier(), role: .agent)
            #expect(try await lists.change(demoted, shared.id, SmartListDraft(name: "Mine")) == .forbidden)
            #expect(try await lists.remove(demoted, shared.id) == .forbidden)
            guard case .done = try await lists.remove(office.admin, shared.id) else { throw Office.Unexpected() }
            #expect(try await lists.get(office.owner, shared.id) == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `counts anew when a client comes, changes or goes, and not while none does`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let recording = RecordingDatabase(office.database)
            let book = ClientBook(database: recording, world: office.time.world, cursorKey: Office.cursorKey)
            let lists = SmartLists(book: book)
            let list = try await vip(office, lists, office.ana)
            func counted() async throws -> Int? {
                office.time.advance(by: .seconds(2))
                return try await lists.get(office.ana, list.id)?.count?.count
            }
            #expect(try await counted() == 0)
            let client = try await office.client(office.ana) { $0.tags = ["VIP"] }
            #expect(try await counted() == 1)
            let before = recording.statements.count
            #expect(try await counted() == 1)
            #expect(recording.statements.count == before + 1, "the state of the book alone was asked")
            var patch = ClientPatch()
            patch.tags = .set([])
            try await office.patched(office.ana, client.id, patch)
            #expect(try await counted() == 0)
            patch.tags = .set(["vip"])
            try await office.patched(office.ana, client.id, patch)
            #expect(try await counted() == 1)
            _ = try await office.book.delete(office.ana, client.id, proof: office.proof(office.ana))
            #expect(try await counted() == 0)
            // Changed in the very moment in which it is counted.
            _ = try await office.book.restore(office.ana, client.id)
            #expect(try await lists.get(office.ana, list.id)?.count?.count == 1)
            _ = try await office.book.delete(office.ana, client.id, proof: office.proof(office.ana))
            #expect(try await lists.get(office.ana, list.id)?.count?.count == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `says which of its conditions is gone with a custom field, and is not wider without it`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            try await `a filter of clients`.fields(office)
            let fields = CustomFieldList(database: office.database, world: office.time.world)
            let lists = SmartLists(book: office.book)
            let json = [
                #"{"and":[{"field":"customFields.score","op":"atLeast","value":5},{"field":"tag","op":"is","value":"VIP"}]}"#,
                #"{"or":[{"field":"customFields.score","op":"atLeast","value":5},{"field":"tag","op":"is","value":"VIP"}]}"#,
                #"{"not":{"field":"customFields.score","op":"less","value":5}}"#,
            ]
            var made: [SmartList] = []
            for filter in json {
                var draft = SmartListDraft(name: "List", filter: FilterNode(json: filter))
                draft.columns = ["lastName", "customFields.score"]
                guard case .done(let list) = try await lists.create(office.ana, draft) else {
                    throw Office.Unexpected()
                }
                made.append(list)
            }
            let both = try await office.client(office.ana, "Both") {
                $0.tags = ["VIP"]
                $0.customFields = ["score": .number(7)]
            }
            try await office.client(office.ana, "Vip") { $0.tags = ["VIP"] }
            try await office.client(office.ana, "Low") { $0.customFields = ["score": .number(1)] }
            var before: [Set<String>] = []
            for list in made { before.append(Set(try await ids(lists, office.ana, list.id).ids)) }
            #expect(before.map(\.count) == [1, 2, 2])
            // Another name is nothing to a list: the key stays.
            _ = try await fields.change(office.owner, "score", name: "Points", choices: nil)
            #expect(try await ids(lists, office.ana, made[0].id).ids == [both.id.description])
            #expect(try await lists.get(office.ana, made[0].id)?.gone == [])
            _ = try await fields.remove(office.owner, "score")
            for (list, known) in zip(made, before) {
                let now = try await ids(lists, office.ana, list.id)
                #expect(Set(now.ids).isSubset(of: known), "\(list.filter.json)")
                #expect(now.gone == 1)
                let shown = try #require(try await lists.get(office.ana, list.id))
                #expect(shown.gone.map(\.field.name) == ["customFields.score"])
                #expect(shown.count?.count == now.ids.count)
                #expect(shown.columns == ["lastName"])
            }
            #expect(try await ids(lists, office.ana, made[1].id).ids.count == 2, "what else it asks for is answered")
            // To keep a condition that nobody can answer is refused; to take it out mends the list.
            guard
                case .invalid(let problems) = try await lists.change(
                    office.ana, made[0].id, SmartListDraft(filter: FilterNode(json: json[0])))
            else { throw Office.Unexpected() }
            #expect(problems.map(\.field) == ["filter.and[0].field"])
            guard
                case .done(let mended) = try await lists.change(
                    office.ana, made[0].id,
                    SmartListDraft(filter: FilterNode(json: #"{"field":"tag","op":"is","value":"VIP"}"#)))
            else { throw Office.Unexpected() }
            #expect(mended.gone.isEmpty)
            #expect(try await ids(lists, office.ana, made[0].id).total == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `leads from client to client in its order, both ways, through the caller's own`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let lists = SmartLists(book: office.book)
            let list = try await vip(office, lists, office.owner, isShared: true)
            var made: [Client] = []
            for number in 0..<6 {
                made.append(
                    try await office.client(number % 3 == 2 ? office.ben : office.ana, "C\(number)") {
                        $0.tags = number == 4 ? [] : ["VIP"]
                        $0.price = number == 0 ? nil : Int64(number / 2)
                    })
                office.time.advance(by: .seconds(1))
            }
            for sort in ClientSort.allCases {
                for scope in [office.owner, office.ana] {
                    var query = SmartListQuery()
                    query.sort = sort
                    guard case .page(let page, _) = try await lists.clients(scope, list.id, query) else {
                        throw Office.Unexpected()
                    }
                    let order = try Office.objects(page.clients).compactMap {
                        ($0["id"] as? String).flatMap { ClientID($0) }
                    }
                    #expect(order.count == (scope == office.owner ? 5 : 3))
                    for (index, id) in order.enumerated() {
                        let expected = ClientNeighboursOutcome.found(
                            previous: index == 0 ? nil : order[index - 1],
                            next: index == order.count - 1 ? nil : order[index + 1])
                        #expect(try await lists.neighbours(scope, list.id, of: id, sort: sort) == expected, "\(sort)")
                    }
                }
            }
            // Who does not answer any more is still somewhere in the order.
            #expect(
                try await lists.neighbours(office.owner, list.id, of: made[4].id, sort: .createdAt)
                    == .found(previous: made[3].id, next: made[5].id))
            // A colleague's client is nobody.
            #expect(try await lists.neighbours(office.ana, list.id, of: made[2].id, sort: nil) == .notFound)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a book too large to be looked through tells how many at least`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            var book = office.book
            book.filterBounds = FilterBounds(mostLookedUp: 3, mostLookedUpToCount: 3)
            for number in 0..<10 {
                try await office.client(office.ana, "C\(number)") {
                    $0.emails = [ContactPoint(value: "c\(number)@example.com")]
                    $0.tags = ["VIP"]
                    $0.source = number < 2 ? "Web" : "Zillow"
                }
            }
            func count(_ scope: Scope, _ filter: String) async throws -> ClientCount {
                var query = ClientQuery()
                let node = try #require(FilterNode(json: filter))
                guard case .filter(let filter) = try await office.book.filter(node) else { throw Office.Unexpected() }
                query.filter = filter
                return try await book.count(scope, query)
            }
            let mail = #"{"field":"email","op":"isEmpty","value":false}"#
            let vip = #"{"field":"tag","op":"is","value":"VIP"}"#
            let web = #"{"field":"source","op":"is","value":"Web"}"#
            for scope in [office.owner, office.ana] {
                #expect(try await count(scope, mail) == ClientCount(count: 3, isAtLeast: true))
                #expect(
                    try await count(scope, #"{"and":[\#(mail),\#(vip)]}"#) == ClientCount(count: 3, isAtLeast: true))
                #expect(
                    try await count(scope, #"{"field":"lastActivityAt","op":"withinDays","value":3}"#)
                        == ClientCount(count: 10, isAtLeast: false))
                #expect(
                    try await count(scope, #"{"field":"stage","op":"is","value":"Leads"}"#)
                        == ClientCount(count: 10, isAtLeast: false))
            }
            #expect(try await count(office.owner, vip) == ClientCount(count: 10, isAtLeast: false))
            #expect(
                try await count(office.owner, #"{"and":[\#(mail),\#(web)]}"#) == ClientCount(count: 2, isAtLeast: false)
            )
        }
    }

    @Test func `is refused by the path of what is wrong with it`() async throws {
        try await Office.open(.sqlite) { office in
            let lists = SmartLists(book: office.book)
            func problems(_ change: (inout SmartListDraft) -> Void) async throws -> [String] {
                var draft = SmartListDraft(name: "A", filter: FilterNode(json: #"{"and":[]}"#))
                change(&draft)
                guard case .invalid(let problems) = try await lists.create(office.ana, draft) else { return [] }
                return problems.map(\.field)
            }
            let before = try await lists.all(office.ana, counted: false)
            #expect(before.isEmpty)
            #expect(try await problems { $0.name = " " } == ["name"])
            #expect(try await problems { $0.name = nil } == ["name"])
            #expect(try await problems { $0.name = "a\nb" } == ["name"])
            #expect(try await problems { $0.filter = nil } == ["filter"])
            #expect(try await problems { $0.columns = ["lastName", "salary"] } == ["columns[1]"])
            #expect(try await problems { $0.columns = [] } == ["columns"])
            #expect(try await problems { $0.sort = "salary" } == ["sort"])
            for _ in 0..<SmartList.most { #expect(try await problems { _ in } == []) }
            #expect(try await problems { _ in } == ["name"])
        }
    }
}
