import Accounts
import Core
import Identity
import SecurityEvents
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `a bulk change` {
    static let source = RequestSource.commandLine

    /// An office whose security log is there, and the bulk changes of its clients.
    static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (Office, BulkChanges) async throws -> Void
    ) async throws {
        try await Office.open(kind) { office in
            _ = try await Migrator(IdentitySchema.migrations + CRMSchema.migrations + SecurityEventsSchema.migrations)
                .migrate(office.database, now: office.time.world.now())
            try await body(office, BulkChanges(book: office.book, recorder: EventRecorder()))
        }
    }

    static func order(
        _ action: BulkAction.Name, ids: [ClientID]? = nil, filter: String? = nil,
        _ change: (inout BulkOrder) -> Void = { _ in }
    ) -> BulkOrder {
        var order = BulkOrder(action)
        order.ids = ids
        order.filter = filter.flatMap { FilterNode(json: $0) }
        change(&order)
        return order
    }

    static func started(
        _ bulk: BulkChanges, _ scope: Scope, _ order: BulkOrder, _ office: Office? = nil
    ) async throws -> BulkChangeID {
        let proof = try office?.proof(scope)
        let outcome = try await bulk.start(scope, order, proof: proof, from: source)
        guard case .started(let report) = outcome else {
            Issue.record("not started: \(outcome)")
            throw Office.Unexpected()
        }
        return report.change.id
    }

    private func report(_ bulk: BulkChanges, _ scope: Scope, _ id: BulkChangeID) async throws -> BulkReport {
        try #require(try await bulk.report(scope, id))
    }

    private func client(_ office: Office, _ id: ClientID) async throws -> Client {
        guard case .found(let client) = try await office.book.get(office.owner, id) else { throw Office.Unexpected() }
        return client
    }

    private static let leads = #"{"field":"stage","op":"is","value":"Leads"}"#

    @Test(arguments: DatabaseKind.available)
    func `is counted first and changes nothing, then changes all of whom it was counted, and says so in their history`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) { office, bulk in
            for number in 0..<120 {
                try await office.client(number % 2 == 0 ? office.ana : office.ben, "C\(number)") {
                    $0.tags = number % 4 == 0 ? ["vip"] : []
                }
            }
            let order = Self.order(.addTags, filter: Self.leads) { $0.tags = ["VIP", "Spring"] }
            #expect(try await bulk.start(office.owner, order, isPreview: true, from: Self.source) == .preview(120))
            #expect(try await bulk.start(office.ana, order, isPreview: true, from: Self.source) == .preview(60))
            try await bulk.work()
            #expect(try await office.page(office.owner) { $0.tag = "spring" }.total == 0)
            let id = try await Self.started(bulk, office.ana, order)
            #expect(try await report(bulk, office.ana, id).change.status == .queued)
            // Who comes later is not in it.
            office.time.advance(by: .seconds(1))
            try await office.client(office.ana, "Late")
            try await bulk.work()
            let done = try await report(bulk, office.ana, id).change
            #expect(done.status == .completed)
            #expect(done.total == 60 && done.changed == 60 && done.refused == 0)
            #expect(try await office.page(office.owner) { $0.tag = "spring" }.total == 60)
            #expect(try await office.page(office.ben) { $0.tag = "spring" }.total == 0)
            let one = try await office.page(office.ana) { $0.tag = "spring" }.clients[0]
            let change = try #require(try await office.history(office.ana, one.id).first)
            #expect(change.field == "tags" && change.way == "bulk")
            // Done again it changes nobody.
            let again = try await Self.started(bulk, office.ana, order)
            try await bulk.work()
            let repeated = try await report(bulk, office.ana, again).change
            #expect(repeated.changed == 1 && repeated.unchanged == 60)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `passes over whom an import brought after its start, whenever the file says that they came`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let bulk = BulkChanges(book: office.book, recorder: EventRecorder(isEnabled: false))
            let early = try await desk.imported(office.ana, "Name,Created\nAnn,2020-01-01\n")
            #expect(early.counts == [1, 0, 0])
            let id = try await Self.started(
                bulk, office.ana, Self.order(.addTags, filter: Self.leads) { $0.tags = ["Spring"] })
            office.time.advance(by: .seconds(1))
            let late = try await desk.imported(office.ana, "Name,Created\nBo,2020-01-01\n")
            #expect(late.counts == [1, 0, 0])
            try await bulk.work()
            #expect(try await report(bulk, office.ana, id).change.changed == 1)
            let clients = try await office.page(office.ana) { $0.tag = "spring" }.clients
            #expect(clients.map(\.firstName) == ["Ann"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `does each of its actions by the rules of a single change, and takes it back`(kind: DatabaseKind) async throws
    {
        try await Self.open(kind) { office, bulk in
            let cases: [(BulkAction.Name, @Sendable (inout BulkOrder) -> Void)] = [
                (.addTags, { $0.tags = ["B"] }), (.removeTags, { $0.tags = ["a"] }), (.stage, { $0.stage = "Closed" }),
                (.assign, { $0.assignedTo = .set(office.ben.userID) }), (.assign, { $0.assignedTo = .clear }),
                (.share, { $0.collaborators = [office.ben.userID] }),
                (.unshare, { $0.collaborators = [office.lender.userID] }), (.delete, { _ in }),
            ]
            for (action, change) in cases {
                let clients = try await [
                    office.client(office.ana) {
                        $0.tags = ["A"]
                        $0.collaborators = [office.lender.userID]
                    }, office.client(office.ana),
                ]
                let before = try clients.map { try ClientContent($0) }
                let id = try await Self.started(
                    bulk, office.owner, Self.order(action, ids: clients.map(\.id), change), office)
                try await bulk.work()
                let done = try await report(bulk, office.owner, id).change
                #expect(done.status == .completed && done.changed + done.unchanged == 2, "\(action)")
                #expect(done.changed >= 1)
                if action == .delete {
                    #expect(try await office.book.get(office.owner, clients[0].id) == .notFound)
                } else {
                    let now = try ClientContent(try await self.client(office, clients[0].id))
                    #expect(now != before[0], "\(action)")
                }
                guard case .started = try await bulk.undo(office.owner, id) else { throw Office.Unexpected() }
                try await bulk.work()
                let undone = try await report(bulk, office.owner, id)
                #expect(undone.change.status == .undone && undone.change.restored == done.changed, "\(action)")
                #expect(undone.unrestored == [], "\(action)")
                for (client, content) in zip(clients, before) {
                    #expect(try ClientContent(try await self.client(office, client.id)) == content, "\(action)")
                }
                #expect(try await bulk.undo(office.owner, id) == .notUndoable, "only once")
                #expect(try await office.history(office.owner, clients[0].id).first?.way == "undo")
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `leaves alone and names whom it may not change, and changes the others`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { office, bulk in
            let own = try await office.client(office.ana, "Own")
            let shared = try await office.client(office.ben, "Shared") { $0.collaborators = [office.ana.userID] }
            let bens = try await office.client(office.ben, "Ben's")
            let full = try await office.client(office.ana, "Full") { $0.tags = (0..<50).map { "T\($0)" } }
            let nobody: ClientID = office.time.world.identifier()
            let ids = [own.id, shared.id, bens.id, full.id, nobody, own.id]
            let delete = Self.order(.delete, ids: ids)
            #expect(
                try await bulk.start(
                    office.ana, delete, isPreview: true, proof: office.proof(office.ana), from: Self.source)
                    == .preview(3))
            let tags = try await Self.started(bulk, office.ana, Self.order(.addTags, ids: ids) { $0.tags = ["New"] })
            try await bulk.work()
            var done = try await report(bulk, office.ana, tags)
            #expect(done.change.changed == 2 && done.change.refused == 3 && done.change.total == 5)
            #expect(
                Set(done.refusals) == [
                    BulkRefusal(bens.id, .notFound), BulkRefusal(nobody, .notFound),
                    BulkRefusal(full.id, "tags", code: "too_many"),
                ])
            let deletion = try await Self.started(bulk, office.ana, delete, office)
            try await bulk.work()
            done = try await report(bulk, office.ana, deletion)
            #expect(done.change.changed == 2)
            #expect(
                Set(done.refusals) == [
                    BulkRefusal(bens.id, .notFound), BulkRefusal(nobody, .notFound), BulkRefusal(shared.id, .forbidden),
                ])
            #expect(try await office.page(office.owner).clients.map(\.firstName).sorted() == ["Ben's", "Shared"])
            // Not even by their versions: nothing of a colleague's client was touched.
            #expect(try await client(office, bens.id).version == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is refused to whom a single one would be, and by what is wrong with it`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { office, bulk in
            let client = try await office.client(office.ana)
            let ids = [client.id]
            let assign = Self.order(.assign, ids: ids) { $0.assignedTo = .set(office.ana.userID) }
            #expect(try await bulk.start(office.ana, assign, from: Self.source) == .forbidden)
            let delete = Self.order(.delete, ids: ids)
            #expect(try await bulk.start(office.ana, delete, from: Self.source) == .reauthenticationRequired)
            #expect(
                try await bulk.start(office.ana, delete, proof: office.proof(office.ben), from: Self.source)
                    == .reauthenticationRequired)
            #expect(
                try await bulk.start(office.lender, delete, proof: office.proof(office.lender), from: Self.source)
                    == .forbidden)
            let many = (0...BulkChange.mostClients).map { _ in office.time.world.identifier() as ClientID }
            let wrong: [(BulkOrder, String)] = [
                (BulkOrder(.stage), "stage"), (Self.order(.stage, ids: ids) { $0.stage = "Nowhere" }, "stage"),
                (Self.order(.addTags, ids: ids), "tags"),
                (Self.order(.addTags, ids: ids) { $0.tags = ["a\n"] + ["b\u{0}"] }, "tags[1]"),
                (Self.order(.addTags, ids: ids) { $0.tags = (0..<21).map { "\($0)" } }, "tags"),
                (Self.order(.assign, ids: ids), "assignedTo"),
                (Self.order(.assign, ids: ids) { $0.assignedTo = .set(office.time.world.identifier()) }, "assignedTo"),
                (Self.order(.share, ids: ids), "collaborators"),
                (Self.order(.stage, ids: ids, filter: Self.leads) { $0.stage = "Closed" }, "filter"),
                (Self.order(.stage) { $0.stage = "Closed" }, "filter"),
                (Self.order(.stage, ids: []) { $0.stage = "Closed" }, "ids"),
                (Self.order(.stage, ids: many) { $0.stage = "Closed" }, "ids"),
                (
                    Self.order(.stage, ids: ids) {
                        $0.stage = "Closed"; $0.tags = ["a"]
                    }, "tags"
                ),
                (
                    Self.order(.stage, filter: #"{"field":"salary","op":"is","value":1}"#) { $0.stage = "Closed" },
                    "filter.field"
                ),
            ]
            for (order, field) in wrong {
                guard case .invalid(let problems) = try await bulk.start(office.owner, order, from: Self.source) else {
                    Issue.record("taken: \(field)")
                    continue
                }
                #expect(problems.contains { $0.field == field }, "\(field): \(problems)")
            }
            #expect(try await office.database.rows("SELECT id FROM bulk_change").isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes on where it was after its node was killed, and changes nobody twice`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { office, killed in
            for number in 0..<130 { try await office.client(office.ana, "C\(number)") }
            let id = try await Self.started(
                killed, office.owner, Self.order(.addTags, filter: Self.leads) { $0.tags = ["Once"] })
            // Takes it, changes one batch, and is never heard of again.
            var task = try #require(try await killed.claim())
            task = try #require(try await killed.step(task))
            #expect(task.change.changed == BulkChanges.atOnce)
            let other = BulkChanges(book: office.book, recorder: EventRecorder())
            try await other.work()
            #expect(try await report(other, office.owner, id).change.changed == BulkChanges.atOnce, "it may be alive")
            office.time.advance(by: BulkChanges.lease + .seconds(1))
            try await other.work()
            let done = try await report(other, office.owner, id).change
            #expect(done.status == .completed && done.changed == 130 && done.unchanged == 0)
            // The first one wakes up: it has lost the lease, and nothing happens.
            #expect(try await killed.step(task) == nil)
            let changes = try await office.database.rows(
                "SELECT client_id FROM client_change WHERE way = 'bulk' AND origin_id = \(id)")
            #expect(changes.count == 130)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that is stopped with its node goes on at once when another comes, also in the middle of being taken back`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) { office, bulk in
            for number in 0..<130 { try await office.client(office.ana, "C\(number)") }
            let order = Self.order(.stage, filter: Self.leads) { $0.stage = "Closed" }
            let id = try await Self.started(bulk, office.owner, order)
            func stopsAfter(_ turns: Int) -> @Sendable () -> Bool {
                let asked = Counter()
                return { asked.next() > turns }
            }
            try await bulk.work(until: stopsAfter(2))
            let half = try await report(bulk, office.owner, id).change
            #expect(half.status == .running && half.changed > 0 && half.changed < 130)
            let other = BulkChanges(book: office.book, recorder: EventRecorder())
            try await other.work()
            #expect(try await report(bulk, office.owner, id).change.changed == 130)
            _ = try await bulk.undo(office.owner, id)
            try await bulk.work(until: stopsAfter(2))
            #expect(try await report(bulk, office.owner, id).change.status == .undoing)
            try await other.work()
            let undone = try await report(bulk, office.owner, id).change
            #expect(undone.status == .undone && undone.restored == 130)
            #expect(try await office.page(office.owner) { $0.stage = "Leads" }.total == 130)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that is cancelled changes nobody else, and what it has changed is taken back`(kind: DatabaseKind) async throws
    {
        try await Self.open(kind) { office, bulk in
            for number in 0..<130 { try await office.client(office.ana, "C\(number)") }
            let order = Self.order(.stage, filter: Self.leads) { $0.stage = "Closed" }
            let id = try await Self.started(bulk, office.ana, order)
            let claimed = try #require(try await bulk.claim())
            let task = try #require(try await bulk.step(claimed))
            #expect(try await bulk.cancel(office.ben, id) == nil, "a colleague's is not there")
            #expect(try await bulk.undo(office.ana, id) == .notUndoable, "it has not ended")
            let cancelled = try #require(try await bulk.cancel(office.ana, id)).change
            #expect(cancelled.status == .cancelled && cancelled.ending == .cancelled)
            #expect(try await bulk.step(task) == nil)
            #expect(try await office.page(office.owner) { $0.stage = "Closed" }.total == BulkChanges.atOnce)
            #expect(try await bulk.undo(office.ben, id) == .notFound)
            _ = try await bulk.undo(office.ana, id)
            try await bulk.work()
            #expect(try await office.page(office.owner) { $0.stage = "Closed" }.total == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of somebody who leaves in the middle ends there, and by the role that they have now`(
        kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) { office, bulk in
            for number in 0..<130 { try await office.client(number < 65 ? office.ana : office.ben, "C\(number)") }
            let order = Self.order(.addTags, filter: Self.leads) { $0.tags = ["X"] }
            let id = try await Self.started(bulk, office.admin, order)
            let claimed = try #require(try await bulk.claim())
            let task = try #require(try await bulk.step(claimed))
            _ = try await office.database.batch([
                "UPDATE account SET status = 'disabled' WHERE id = \(office.admin.userID)"
            ])
            #expect(try await bulk.step(task) == nil)
            let ended = try await report(bulk, office.owner, id).change
            #expect(ended.status == .cancelled && ended.ending == .starterLeft && ended.changed == BulkChanges.atOnce)
            // An admin who has become an agent changes what an agent sees.
            _ = try await office.database.batch(
                ["UPDATE account SET status = 'active' WHERE id = \(office.admin.userID)"])
            let second = try await Self.started(
                bulk, office.admin, Self.order(.addTags, filter: Self.leads) { $0.tags = ["Y"] })
            _ = try await office.database.batch(["UPDATE account SET role = 'agent' WHERE id = \(office.admin.userID)"])
            try await bulk.work()
            #expect(try await report(bulk, office.owner, second).change.changed == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of more than a hundred deleted or assigned clients is told to the security log`(kind: DatabaseKind)
        async throws
    {
        try await Self.open(kind) { office, bulk in
            for number in 0..<101 { try await office.client(office.ana, "C\(number)") }
            func told() async throws -> [String] {
                try await office.database.rows("SELECT detail FROM security_event WHERE type = 'bulk_change_large'")
                    .map { try $0.get("detail") }
            }
            _ = try await Self.started(
                bulk, office.owner, Self.order(.stage, filter: Self.leads) { $0.stage = "Leads" })
            _ = try await Self.started(
                bulk, office.owner,
                Self.order(.assign, ids: [office.client(office.ana).id]) { $0.assignedTo = .set(office.ben.userID) })
            #expect(try await told().isEmpty)
            _ = try await Self.started(
                bulk, office.owner, Self.order(.assign, filter: Self.leads) { $0.assignedTo = .set(office.ben.userID) })
            _ = try await Self.started(bulk, office.ana, Self.order(.delete, filter: Self.leads), office)
            let events = try await told()
            #expect(events.count == 2)
            #expect(events.contains { $0.contains("assign") } && events.contains { $0.contains("delete") })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is forgotten after thirty days, with its selection`(kind: DatabaseKind) async throws {
        try await Self.open(kind) { office, bulk in
            let client = try await office.client(office.ana)
            let id = try await Self.started(
                bulk, office.ana, Self.order(.stage, ids: [client.id]) { $0.stage = "Closed" })
            try await bulk.work()
            #expect(try await office.database.rows("SELECT bulk_id FROM bulk_selection").isEmpty)
            office.time.advance(by: .days(29))
            try await bulk.prune()
            #expect(try await bulk.report(office.ana, id) != nil)
            office.time.advance(by: .days(2))
            try await bulk.prune()
            #expect(try await bulk.report(office.ana, id) == nil)
        }
    }
}
