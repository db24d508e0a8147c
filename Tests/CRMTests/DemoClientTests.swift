import Accounts
import Core
import Identity
import TestSupport
import Testing

@testable import CRM

@Suite struct `made-up clients` {
    @Test(arguments: DatabaseKind.available)
    func `five hundred of them are there, found and dealt out`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let made = try await office.book.seedDemo(assignedTo: [office.ana.userID, office.ben.userID])
            #expect(made == 500)
            #expect(try await office.page(office.owner).total == 500)
            #expect(try await office.page(office.ana).total == 250)
            #expect(try await office.page(office.ben).total == 200)
            #expect(try await office.page(office.owner) { $0.stage = "Leads" }.total > 50)
            #expect(try await office.page(office.owner) { $0.tag = "investor" }.total > 20)
            let page = try await office.page(office.owner) { $0.limit = 100 }
            for client in page.clients {
                #expect(client.createdAt < office.time.world.now())
                #expect(client.lastActivityAt >= client.createdAt)
                for email in try client.emails.elements() { #expect(email.value.contains("example.")) }
                for phone in try client.phones.elements() { #expect(phone.value.contains(") 555-01")) }
            }
            #expect(try page.clients.allSatisfy { try !$0.emails.elements().isEmpty && !$0.phones.elements().isEmpty })
        }
    }

    @Test func `the same randomness makes the same people`() {
        let world = World(
            now: { Timestamp(milliseconds: 1_800_000_000_000) }, randomBytes: { Array(repeating: 5, count: $0) })
        func people() -> [ClientContent] {
            var maker = DemoClientMaker(dice: DemoDice(world), now: world.now(), assignees: [])
            return (0..<50).map { maker.client(number: $0).content }
        }
        #expect(people() == people())
        #expect(Set(people().map(\.lastName)).count > 20)
    }

    @Test func `every word that people are made of is one a client may hold`() {
        var draft = ClientDraft()
        draft.stage = "Leads"
        for (first, last) in zip(DemoWords.firstNames, DemoWords.lastNames) {
            draft.firstName = first
            draft.lastName = last
            #expect(ClientContent().applying(draft.asPatch, in: ClientEdit()).problems == [])
        }
        for background in DemoWords.backgrounds {
            draft.background = background
            #expect(ClientContent().applying(draft.asPatch, in: ClientEdit()).problems == [])
        }
    }
}
