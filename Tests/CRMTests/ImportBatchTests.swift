import Accounts
import ContactFiles
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

/// A batch of an import that has been read and not written yet, to which anything may happen meanwhile.
struct ReadBatch {
    let desk: Imports
    let work: ClientImport
    let reading: RowReading
    private(set) var batch: ImportBatch

    /// All rows of a file, and who is known by now.
    init(_ desk: Imports, _ scope: Scope, _ text: String, _ change: (inout ImportOptions) -> Void = { _ in })
        async throws
    {
        self.desk = desk
        let (imports, database) = (desk.imports, desk.office.database)
        let id = try await desk.begun(scope, Array(text.utf8), .csv, change)
        let taken = try #require(try await database.transaction { try imports.lease.take(id, in: $0) })
        let work = try #require(try await imports.prepare(taken) { false })
        let plan = try #require(work.plan)
        let context = try await database.read { try ImportContext(of: work, hasOwners: true, in: $0) }
        let dates = imports.dates(work.options)
        let reading = RowReading(
            work, plan, context, scope: try #require(context.scope), edit: imports.edit(scope, context, of: work),
            dates: dates)
        let reader = ImportReader(try imports.files.open(id), .csv, dates: dates)
        _ = try reader.begin()
        let columns = ColumnMapping(dialect: plan.dialect, targets: plan.targets).columns(of: plan.header)
        reader.read(with: PersonReader(columns: columns, dates: dates, orders: plan.orders))
        let read = ImportBatch(try reader.rows(1000, upTo: 1 << 20), reading: reading)
        var batch = read
        let known = try await database.read { session in
            var known = KnownPeople()
            try known.find(read.entries.compactMap(\.keys), for: scope, in: session)
            return known
        }
        batch.decide(known, reading, imports.world)
        (self.work, self.reading, self.batch) = (work, reading, batch)
    }

    /// Writes it; the counts, when it was written.
    func written() async throws -> ImportCounts? {
        let (batch, work, reading, lease) = (batch, work, reading, desk.imports.lease)
        let ending = try await desk.office.database.transaction {
            try batch.write(work, lease: lease, reading, in: $0)
        }
        guard case .written(let counts) = ending else { return nil }
        return counts
    }
}

@Suite struct `a batch of an import` {
    private static let file = "First Name,Last Name,Email,Time Frame\nZoe,Zed,z@example.com,soon\n"

    @Test(arguments: DatabaseKind.available)
    func `finds whoever became a client since it was read`(kind: DatabaseKind) async throws {
        for policy in ImportOptions.Duplicates.allCases {
            try await Imports.open(kind) { desk in
                let read = try await ReadBatch(desk, desk.office.ana, Self.file) { $0.duplicates = policy }
                try await desk.office.client(desk.office.ana, "Zoe") {
                    $0.emails = [ContactPoint(value: "z@example.com")]
                }
                let counts = try #require(try await read.written())
                #expect([counts.imported, counts.updated, counts.skipped].reduce(0, +) == 1)
                let zoes = try await desk.clients(desk.office.ana)
                switch policy {
                case .skip: #expect(counts.skipped == 1 && zoes.count == 1)
                case .update:
                    #expect(counts.updated == 1 && zoes.count == 1)
                    #expect(try zoes[0].details.value().timeFrame == "soon")
                case .add: #expect(counts.imported == 1 && zoes.count == 2)
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `changes the client into whom its own was merged since it was read`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let zoe = try await desk.office.client(desk.office.ana, "Zoe", "Zed") {
                $0.emails = [ContactPoint(value: "z@example.com")]
            }
            let other = try await desk.office.client(desk.office.ana, "Zoe", "Zed-Ash")
            let read = try await ReadBatch(desk, desk.office.ana, Self.file) { $0.duplicates = .update }
            guard case .merged = try await desk.office.book.merge(desk.office.ana, other.id, with: zoe.id) else {
                throw Office.Unexpected()
            }
            let counts = try #require(try await read.written())
            #expect(counts.updated == 1 && counts.imported == 0)
            let clients = try await desk.clients(desk.office.ana)
            #expect(clients.map(\.id) == [other.id])
            #expect(try clients.first?.details.value().timeFrame == "soon")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose file names a client that was merged changes the one that answers for it`(kind: DatabaseKind)
        async throws
    {
        try await Imports.open(kind) { desk in
            let zoe = try await desk.office.client(desk.office.ana, "Zoe")
            let winner = try await desk.office.client(desk.office.ana, "Zoë")
            guard case .merged = try await desk.office.book.merge(desk.office.ana, winner.id, with: zoe.id) else {
                throw Office.Unexpected()
            }
            let file = "Gatehouse ID,First Name,Time Frame\n\(zoe.id),Zoe,soon\n"
            let report = try await desk.imported(desk.office.ana, file) { $0.duplicates = .update }
            #expect(report["updated"] == 1 && report.addsUp)
            let clients = try await desk.clients(desk.office.ana)
            #expect(clients.map(\.id) == [winner.id])
            #expect(try clients.first?.details.value().timeFrame == "soon")
            // To a colleague it leads nowhere.
            let others = try await desk.imported(desk.office.ben, file) { $0.duplicates = .update }
            #expect(others.counts == [1, 0, 0])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is not written by the role of before, nor to who has left`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let (admin, ben) = (office.admin.userID, office.ben.userID)
            let read = try await ReadBatch(desk, office.admin, Self.file) { $0.assignedTo = ben }
            try await office.database.transaction {
                try $0.run("UPDATE account SET role = 'agent' WHERE id = \(admin)")
            }
            #expect(try await read.written() == nil)
            try await office.database.transaction {
                try $0.run("UPDATE account SET role = 'admin' WHERE id = \(admin)")
                try $0.run("UPDATE account SET status = 'disabled' WHERE id = \(ben)")
            }
            #expect(try await read.written() == nil)
            #expect(try await desk.clients(office.owner).isEmpty)
        }
    }
}
