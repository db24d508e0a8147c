import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `tasks and what becomes of their clients` {
    @Test(arguments: DatabaseKind.available)
    func `a merge brings both clients' tasks together, and its undoing parts them`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (winner, loser) = (try await office.client(office.ana), try await office.client(office.ana))
            try await office.task(office.ana, "A", for: winner.id)
            let other = try await office.task(office.ana, "B", for: loser.id)
            let merge = try await office.merged(office.ana, winner.id, with: loser.id)
            for id in [winner.id, loser.id] {
                #expect(try await office.names(office.ana, TaskQuery(client: id)).sorted() == ["A", "B"])
            }
            // By the old identity there is one client, too.
            try await office.task(office.ana, "C", for: loser.id)
            #expect(try office.task(await office.tasks.complete(office.ana, other.id)).clientID == winner.id)
            _ = try await office.book.undoMerge(office.ana, merge)
            #expect(try await office.names(office.ana, TaskQuery(client: winner.id)).sorted() == ["A", "C"])
            #expect(try await office.names(office.ana, TaskQuery(client: loser.id, state: .done)) == ["B"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `what somebody who leaves had to do, somebody else has to do`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let own = try await office.client(office.ana)
            let shared = try await office.client(office.ben) { $0.collaborators = [office.ana.userID] }
            try await office.task(office.ana, "Own", for: own.id)
            try await office.task(office.ana, "Shared", for: shared.id)
            try await office.task(office.ana, "Without")
            let done = try await office.task(office.ana, "Done", for: own.id)
            _ = try await office.tasks.complete(office.ana, done.id)
            let cleo = office.lender
            let (book, ana, now) = (office.book, office.ana.userID, office.time.now)
            #expect(try await office.database.read { try book.concerns(ana, in: $0) })
            _ = try await office.database.transaction { try book.handOver(from: ana, to: cleo.userID, at: now, in: $0) }
            #expect(try await office.names(cleo).sorted() == ["Own", "Without"])
            #expect(
                try await office.names(office.ben, TaskQuery(assignedTo: office.ben.userID)) == ["Shared"],
                "what the successor does not reach goes to the client's agent")
            #expect(try await office.names(office.owner, TaskQuery(assignedTo: ana, state: .done)) == ["Done"])
            #expect(try await !office.database.read { try TasksOfClients().concerns(ana, in: $0) })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tasks of a client in the trash are out of sight, and there again with the client`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let made = try await office.task(office.ana, "A", for: client.id)
            try await office.trash(client.id)
            for scope in [office.ana, office.owner] { #expect(try await office.names(scope).isEmpty) }
            #expect(try await office.tasks.get(office.owner, made.id) == .notFound)
            _ = try await office.book.restore(office.ana, client.id)
            #expect(try await office.names(office.ana) == ["A"])
        }
    }
}
