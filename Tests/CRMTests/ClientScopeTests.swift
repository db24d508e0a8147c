import Accounts
import CRM
import Core
import Identity
import Storage
import TestSupport
import Testing

@Suite struct `who reaches which client` {
    @Test(arguments: DatabaseKind.available)
    func `an agent cannot read, find, patch or delete the client of another`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            var patch = ClientPatch()
            patch.lastName = .set("Stolen")
            for stranger in [office.ben, office.lender] {
                #expect(try await office.book.get(stranger, client.id) == .notFound)
                #expect(try await office.names(stranger, search: "jane") == [])
                #expect(try await office.page(stranger).total == 0)
                #expect(try await office.book.patch(stranger, client.id, patch) == .notFound)
                #expect(try await office.book.patch(stranger, client.id, patch, expectedVersions: [9]) == .notFound)
                let proof = try office.proof(stranger)
                #expect(try await office.book.delete(stranger, client.id, proof: proof) == .notFound)
            }
            #expect(try await office.book.get(office.ana, client.id) == .found(client))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a missing client and one out of reach answer alike`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let nobody: ClientID = office.time.world.identifier()
            for scope in [office.owner, office.ben, office.lender] {
                #expect(try await office.book.get(scope, nobody) == .notFound)
                #expect(try await office.book.patch(scope, nobody, ClientPatch()) == .notFound)
                let proof = try office.proof(scope)
                #expect(try await office.book.delete(scope, nobody, proof: proof) == .notFound)
            }
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `nobody is given a client while they leave`() async throws {
        try await Office.open(.postgres) { office in
            let (gone, go) = (Signal(), Signal())
            let leaver = office.ben.userID
            let leaving = Task {
                try await office.database.transaction { session in
                    try session.run("UPDATE account SET status = 'disabled' WHERE id = \(leaver)")
                    _ = try session.rows("SELECT 1 AS one")
                    gone.set()
                    go.wait()
                }
            }
            await gone.hasBeenSet()
            let giving = Task {
                var draft = ClientDraft(firstName: "Late")
                draft.assignedTo = leaver
                return try await office.book.create(office.owner, draft)
            }
            // It waits for whoever leaves, or has not come so far yet: either way it must not be given to them.
            for _ in 0..<20 { _ = try await office.page(office.owner) }
            go.set()
            try await leaving.value
            guard case .invalid(let problems) = try await giving.value else { throw Office.Unexpected() }
            #expect(problems.map(\.code) == [.unknownAccount])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a collaborator reads, finds and edits, but neither deletes, shares nor takes over`(
        kind: DatabaseKind
    ) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) {
                $0.collaborators = [office.ben.userID, office.lender.userID]
            }
            for (number, friend) in [office.ben, office.lender].enumerated() {
                #expect(try await office.names(friend, search: "jane") == ["Jane"])
                var edit = ClientPatch()
                edit.background = .set("Edit \(number)")
                guard case .patched(let edited) = try await office.book.patch(friend, client.id, edit) else {
                    Issue.record("a collaborator could not edit")
                    return
                }
                #expect(edited.background == "Edit \(number)")
                #expect(try await office.book.get(friend, client.id) == .found(edited))

                var seizure = ClientPatch()
                seizure.assignedTo = .set(friend.userID)
                seizure.collaborators = .set([friend.userID])
                guard case .invalid(let problems) = try await office.book.patch(friend, client.id, seizure) else {
                    Issue.record("a collaborator took the client over")
                    return
                }
                #expect(problems.map(\.field) == ["assignedTo", "collaborators"])
                #expect(problems.allSatisfy { $0.code == .notPermitted })
                let proof = try office.proof(friend)
                #expect(try await office.book.delete(friend, client.id, proof: proof) == .forbidden)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `whoever is no longer a collaborator sees nothing any more`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) { $0.collaborators = [office.ben.userID] }
            var unshare = ClientPatch()
            unshare.collaborators = .clear
            guard case .patched(let patched) = try await office.book.patch(office.ana, client.id, unshare) else {
                Issue.record("not unshared")
                return
            }
            #expect(try patched.collaborators.elements() == [])
            #expect(try await office.book.get(office.ben, client.id) == .notFound)
            #expect(try await office.page(office.ben).total == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `owner and admin see, change and delete everything`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            for boss in [office.owner, office.admin] {
                let hers = try await office.client(office.ana, "Hers")
                let nobodys = try await office.client(boss, "Nobodys")
                #expect(nobodys.assignedTo == nil)
                #expect(try await office.page(boss).total == 2)
                #expect(try await office.page(office.ana).total == 1)
                var move = ClientPatch()
                move.assignedTo = .set(office.ben.userID)
                guard case .patched(let moved) = try await office.book.patch(boss, hers.id, move) else {
                    Issue.record("not moved")
                    return
                }
                #expect(try await office.book.get(office.ben, hers.id) == .found(moved))
                #expect(try await office.book.get(office.ana, hers.id) == .notFound)
                for id in [hers.id, nobodys.id] {
                    #expect(try await office.book.delete(boss, id, proof: office.proof(boss)) == .deleted)
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an agent creates for herself only and a lender not at all`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            #expect(try await office.client(office.ana).assignedTo == office.ana.userID)
            #expect(try await office.book.create(office.lender, ClientDraft(firstName: "X")) == .forbidden)
            var draft = ClientDraft(firstName: "For Ben")
            // A colleague and somebody who does not exist: the agent is not told which is which.
            for other in [office.ben.userID, office.time.world.identifier()] {
                draft.assignedTo = other
                guard case .invalid(let problems) = try await office.book.create(office.ana, draft) else {
                    Issue.record("assigned to somebody else")
                    return
                }
                #expect(problems.map(\.code) == [.notPermitted])
            }
            #expect(try await office.page(office.ben).total == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `an agent cannot give her client away`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            for change in [Change.set(office.ben.userID), .clear] {
                var patch = ClientPatch()
                patch.assignedTo = change
                guard case .invalid = try await office.book.patch(office.ana, client.id, patch) else {
                    Issue.record("given away")
                    return
                }
            }
            #expect(try await office.book.get(office.ana, client.id) == .found(client))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `a deleted client is out of everybody's reach`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) {
                $0.collaborators = [office.ben.userID]
                $0.emails = [ContactPoint(value: "jane@example.com")]
            }
            #expect(
                try await office.book.delete(
                    office.ana, client.id, proof: office.proof(office.ana), expectedVersions: [7])
                    == .versionMismatch(current: 1))
            #expect(
                try await office.book.delete(
                    office.ana, client.id, proof: office.proof(office.ana), expectedVersions: [1])
                    == .deleted)
            for scope in [office.owner, office.ana, office.ben] {
                #expect(try await office.book.get(scope, client.id) == .notFound)
                #expect(try await office.page(scope).total == 0)
                #expect(try await office.book.patch(scope, client.id, ClientPatch()) == .notFound)
                #expect(
                    try await office.book.delete(scope, client.id, proof: office.proof(scope)) == .notFound)
            }
            var again = ClientDraft(firstName: "Jane")
            again.emails = [ContactPoint(value: "jane@example.com")]
            guard case .created = try await office.book.create(office.ana, again) else {
                Issue.record("a client in the trash counted as a duplicate")
                return
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `the proof of one person does not let another delete`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let foreign = try office.proof(office.ben)
            #expect(
                try await office.book.delete(office.ana, client.id, proof: foreign) == .reauthenticationRequired)
            let otherSession = Scope(
                userID: office.ana.userID, sessionID: office.time.world.identifier(), role: office.ana.role)
            let foreignSession = try office.proof(otherSession)
            #expect(
                try await office.book.delete(office.ana, client.id, proof: foreignSession) == .reauthenticationRequired)
            #expect(try await office.book.get(office.ana, client.id) == .found(client))
        }
    }
}
