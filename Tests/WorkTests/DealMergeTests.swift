import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the deals of clients` {
    private func roles(_ office: Office, _ deal: Deal) async throws -> [ClientID: [DealParty.Role]] {
        let parties = try await office.deals.get(office.owner, deal.id)?.parties ?? []
        return Dictionary(uniqueKeysWithValues: parties.map { ($0.clientID, $0.roles) })
    }

    @Test(arguments: DatabaseKind.available)
    func `that are made one are one party with the roles of both, and part again with them`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let jane = try await office.client(office.ana, "Jane")
            let joe = try await office.client(office.ana, "Joe")
            let both = try await office.deal(office.ana, "Both", with: [(jane.id, "buyer"), (joe.id, "coBuyer")])
            let his = try await office.deal(office.ana, "His", with: [(joe.id, "seller")])
            let merge = try await office.merged(office.owner, jane.id, with: joe.id)
            #expect(try await roles(office, both) == [jane.id: [.buyer, .coBuyer]])
            #expect(try await roles(office, his) == [jane.id: [.seller]])
            // An edit that repeats what is shown takes nothing from either.
            _ = try await office.changed(office.ana, both.id) {
                $0.parties = [.init(clientId: joe.id, roles: ["buyer", "coBuyer", "other"])]
            }
            #expect(try await roles(office, both) == [jane.id: [.buyer, .other, .coBuyer]])
            guard case .undone = try await office.book.undoMerge(office.owner, merge) else { throw Office.Unexpected() }
            #expect(try await roles(office, both) == [jane.id: [.buyer, .other], joe.id: [.coBuyer]])
            #expect(try await roles(office, his) == [joe.id: [.seller]])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `go to the successor when an agent leaves, with their share, as long as they are open`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let won = try #require(try await office.stages().first { $0.kind == .won })
            func share(_ draft: inout DealDraft) {
                draft.agents = [office.ana.userID, office.ben.userID]
                draft.split = [
                    DealShare(to: "agent", userId: office.ana.userID, basisPoints: 6000),
                    DealShare(to: "agent", userId: office.ben.userID, basisPoints: 4000),
                ]
            }
            let open = try await office.deal(office.ana, "Open", share)
            let closed = try await office.deal(office.ana, "Closed", in: won, share)
            let (book, ana, ben, now) = (office.book, office.ana.userID, office.ben.userID, office.time.now)
            let before = try await office.database.read { session in try book.concerns(ana, in: session) }
            #expect(before)
            _ = try await office.database.transaction { session in
                try book.handOver(from: ana, to: ben, at: now, in: session)
            }
            let after = try #require(try await office.deals.get(office.owner, open.id))
            #expect(after.agents == [ben])
            #expect(after.split.map(\.basisPoints) == [10_000])
            #expect(after.version == 2)
            #expect(try await office.deals.get(office.owner, closed.id)?.agents == [ana, ben])
            let still = try await office.database.read { session in try book.concerns(ana, in: session) }
            #expect(!still)
        }
    }
}
