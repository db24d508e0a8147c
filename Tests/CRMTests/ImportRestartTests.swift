import Accounts
import ContactFiles
import Core
import FileStorage
import Foundation
import Identity
import SecurityEvents
import Storage
import Synchronization
import TestSupport
import Testing

@testable import CRM

/// Counts how often it is asked, and says when that was enough.
final class Turns: Sendable {
    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    var isOver: Bool {
        left.withLock { left in
            left -= 1
            return left < 0
        }
    }
}

@Suite struct `an import under way` {
    private static let people = 3000
    private static let file = "First Name,Email\n" + (1...people).map { "P\($0),p\($0)@example.com\n" }.joined()

    /// How many clients there are, and how many different ones.
    private func count(_ desk: Imports) async throws -> [Int] {
        let row = try await desk.office.database.rows(
            "SELECT COUNT(*) AS n, COUNT(DISTINCT emails) AS different FROM client WHERE deleted_at IS NULL"
        ).first
        return [try row?.get("n") ?? -1, try row?.get("different") ?? -1]
    }

    @Test(arguments: DatabaseKind.available)
    func `goes on after a restart where it was, with another process too`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array(Self.file.utf8))
            let turns = Turns(2)
            _ = try await desk.imports.workOnNext { turns.isOver }
            let half = try await desk.report(desk.office.ana, id)
            #expect(half.status == "running" && half["total"] == Self.people)
            #expect((1..<Self.people).contains(half["read"]) && half["read"] == half["imported"])
            #expect(try await Imports.worker(desk.office, desk.directory).workOnNext())
            let report = try await desk.report(desk.office.ana, id)
            #expect(report.status == "completed" && report.addsUp)
            #expect(report.counts == [Self.people, 0, 0])
            #expect(try await count(desk) == [Self.people, Self.people])
            #expect(try FileManager.default.contentsOfDirectory(atPath: desk.directory.path).isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose worker was killed is taken over once it has been silent, and never worked on twice`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array(Self.file.utf8))
            let dead = Imports.worker(desk.office, desk.directory)
            let taken = try #require(
                try await desk.office.database.transaction { session in try dead.lease.take(id, in: session) })
            #expect(try await desk.imports.workOnNext() == false)
            desk.office.time.advance(by: ImportLease.length)
            #expect(try await desk.imports.workOnNext())
            #expect(try await desk.report(desk.office.ana, id).status == "completed")
            // The dead one comes back and finds that it is not its own any more.
            let isHeld = try await desk.office.database.transaction { try dead.lease.hold(taken, in: $0) }
            #expect(!isHeld)
            #expect(try await count(desk) == [Self.people, Self.people])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `waits for the node that has its file, and is given up after a day`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array(Self.file.utf8))
            let elsewhere = Imports.worker(desk.office, desk.directory.appendingPathComponent("other"))
            #expect(try await elsewhere.workOnNext() == false)
            #expect(try await desk.report(desk.office.ana, id).status == "queued")
            desk.office.time.advance(by: .hours(24))
            _ = try await elsewhere.workOnNext()
            let report = try await desk.report(desk.office.ana, id)
            #expect(report.status == "failed" && report.reason == "file_missing")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `stops where it is when it is stopped, and can be taken back`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array(Self.file.utf8))
            let proof = try desk.office.proof(desk.office.ana)
            let turns = Turns(2)
            _ = try await desk.imports.workOnNext { turns.isOver }
            #expect(try await desk.imports.stop(desk.office.ana, id, proof: proof) == .accepted("cancelled"))
            #expect(try await desk.imports.workOnNext() == false)
            let report = try await desk.report(desk.office.ana, id)
            #expect(report.status == "cancelled" && report.reason == "cancelled" && report["read"] < Self.people)
            #expect(try await count(desk)[0] == report["imported"])
            #expect(try await desk.imports.stop(desk.office.ana, id, proof: proof) == .accepted("running"))
            try await desk.work()
            #expect(try await count(desk)[0] == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose owner leaves stops with the reason, and no client stays a leaver's`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let id = try await desk.begun(office.ana, Array(Self.file.utf8))
            let turns = Turns(2)
            _ = try await desk.imports.workOnNext { turns.isOver }
            let (ana, ben, now) = (office.ana.userID, office.ben.userID, office.time.now)
            try await office.database.transaction { session in
                try session.run("UPDATE account SET status = 'disabled' WHERE id = \(ana)")
                _ = try office.book.handOver(from: ana, to: ben, at: now, in: session)
            }
            _ = try await desk.imports.workOnNext()
            let report = try await desk.report(office.owner, id)
            #expect(report.status == "cancelled" && report.reason == "importer_left")
            #expect(try await office.page(office.ana).clients.isEmpty)
            #expect(try await office.page(office.ben).total == report["imported"])
            // What was made until then can be taken back: to be handed over is no edit.
            _ = try await desk.imports.stop(office.owner, id, proof: try office.proof(office.owner))
            try await desk.work()
            #expect(try await count(desk)[0] == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whose owner becomes a lender stops as well`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array(Self.file.utf8))
            let ana = desk.office.ana.userID
            try await desk.office.database.transaction { session in
                try session.run("UPDATE account SET role = 'lender' WHERE id = \(ana)")
            }
            _ = try await desk.imports.workOnNext()
            let report = try await desk.report(desk.office.owner, id)
            #expect(report.status == "cancelled" && report.reason == "role_changed")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `leaves to nobody the clients of somebody who leaves, and says so`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let file =
                "First Name,Assigned To\n"
                + (1...Self.people).map { "P\($0),\($0 % 2 == 0 ? "ben@example.com" : "")\n" }.joined()
            let id = try await desk.begun(office.owner, Array(file.utf8)) { $0.assignedTo = office.ben.userID }
            let turns = Turns(2)
            _ = try await desk.imports.workOnNext { turns.isOver }
            let half = try await desk.report(office.owner, id)
            #expect((1..<Self.people).contains(half["imported"]) && half["warnings"] == 0)
            let (ana, ben, now) = (office.ana.userID, office.ben.userID, office.time.now)
            try await office.database.transaction { session in
                try session.run("UPDATE account SET status = 'disabled' WHERE id = \(ben)")
                _ = try office.book.handOver(from: ben, to: ana, at: now, in: session)
            }
            try await desk.work()
            let report = try await desk.report(office.owner, id)
            #expect(report.status == "completed" && report.counts == [Self.people, 0, 0])
            #expect(report["warnings"] == Self.people - half["imported"])
            #expect(report.problems("warnedRows").allSatisfy { $0.contains(" Assigned To:unknown_account") })
            #expect(try await office.page(office.ana).total == half["imported"])
            let nobodys = try await office.database.rows("SELECT COUNT(*) AS n FROM client WHERE assigned_to IS NULL")
            #expect(try nobodys.first?.get("n") == report["warnings"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `can be stopped on its way to where it was`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array(Self.file.utf8))
            let turns = Turns(3)
            _ = try await desk.imports.workOnNext { turns.isOver }
            let half = try await desk.report(desk.office.ana, id)["read"]
            #expect((100..<Self.people).contains(half))
            var next = Imports.worker(desk.office, desk.directory)
            next.rowsBetweenWords = 10
            let few = Turns(2)
            _ = try await next.workOnNext { few.isOver }
            #expect(try await desk.report(desk.office.ana, id)["read"] == half)
            // It was let go, and the next one goes on with it.
            #expect(try await desk.imports.workOnNext())
            #expect(try await desk.report(desk.office.ana, id).counts == [Self.people, 0, 0])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of which cannot be read what is written down fails, and the next one has its turn`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let columns = ["options", "plan", "kind"]
            var broken: [ImportID] = []
            for column in columns {
                let id = try await desk.begun(desk.office.ana, Array("Name\nAnn\n".utf8))
                let name: SQL = column == "options" ? "options" : column == "plan" ? "plan" : "kind"
                try await desk.office.database.transaction {
                    try $0.run("UPDATE client_import SET \(name) = '{' WHERE id = \(id)")
                }
                broken.append(id)
                desk.office.time.advance(by: .milliseconds(1))
            }
            let whole = try await desk.begun(desk.office.ana, Array("Name\nBo\n".utf8))
            let told = Mutex<[ImportID]>([])
            let isAnother = try await desk.imports.workOnNext(report: { id, _ in told.withLock { $0.append(id) } })
            #expect(isAnother && told.withLock { $0 } == broken)
            #expect(try await desk.report(desk.office.ana, whole).status == "completed")
            let rows = try await desk.office.database.rows(
                "SELECT id, reason FROM client_import WHERE status = 'failed' ORDER BY created_at, id")
            #expect(try rows.map { try $0.get("id", as: ImportID.self) } == broken)
            #expect(try rows.allSatisfy { try $0.get("reason") == "internal_error" })
            #expect(try FileManager.default.contentsOfDirectory(atPath: desk.directory.path).isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps no other upload waiting, and there are five at most however many are uploaded at once`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let (scope, options) = (desk.office.ana, ImportOptions())
            var uploads: [ImportUpload] = []
            for _ in 0..<7 {
                #expect(try await desk.imports.refusal(scope, options) == nil)
                let upload = try await desk.imports.upload()
                try await upload.append(Array("Name\nAnn\n".utf8))
                uploads.append(upload)
            }
            // The thread of the worker is busy for as long as somebody uploads.
            let (started, start) = AsyncStream<Void>.makeStream()
            let gate = DispatchSemaphore(value: 0)
            let worker = desk.imports.thread
            async let work = worker.run {
                start.finish()
                return gate.wait(timeout: .now() + 120)
            }
            for await _ in started {}
            var outcomes: [Bool] = []
            for upload in uploads {
                let outcome = try await desk.imports.begin(scope, options, .csv, upload, from: .server)
                if outcome == .tooMany { outcomes.append(false) } else { outcomes.append(true) }
            }
            gate.signal()
            #expect(try await work == .success)
            #expect(outcomes == [true, true, true, true, true, false, false])
            #expect(try FileManager.default.contentsOfDirectory(atPath: desk.directory.path).count == 5)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `goes on when a custom field is renamed or taken away`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let fields = CustomFieldList(database: desk.office.database, world: desk.office.time.world)
            _ = try await fields.create(desk.office.owner, name: "Car", kind: .text, choices: [])
            _ = try await fields.create(desk.office.owner, name: "Pet", kind: .text, choices: [])
            let file = "Name,Car,Pet\n" + (1...Self.people).map { "P\($0),VW,dog\n" }.joined()
            let id = try await desk.begun(desk.office.ana, Array(file.utf8))
            let turns = Turns(2)
            _ = try await desk.imports.workOnNext { turns.isOver }
            _ = try await fields.change(desk.office.owner, "car", name: "Vehicle", choices: nil)
            _ = try await fields.remove(desk.office.owner, "pet")
            _ = try await desk.imports.workOnNext()
            let report = try await desk.report(desk.office.ana, id)
            #expect(report.status == "completed" && report.counts == [Self.people, 0, 0])
            #expect(
                report["warnings"] > 0
                    && report.problems("warnedRows").allSatisfy { $0.hasSuffix(" Pet:unknown_field") })
            let cars = try await desk.office.database.rows("SELECT COUNT(*) AS n FROM client_custom WHERE key = 'car'")
            #expect(try cars.first?.get("n") == Self.people)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `leaves no file behind that belongs to nobody`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let id = try await desk.begun(desk.office.ana, Array(Self.file.utf8))
            _ = try await desk.imports.upload()
            let lost = try await desk.imports.upload()
            try desk.imports.files.keep(lost.id)
            // Files have the time of the machine, and the office that of its world.
            desk.office.time.advance(by: World.live.now() - desk.office.time.now + .hours(25))
            try await desk.imports.purge()
            #expect(try FileManager.default.contentsOfDirectory(atPath: desk.directory.path) == [id.description])
        }
    }
}
