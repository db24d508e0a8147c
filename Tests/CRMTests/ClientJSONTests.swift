import Core
import Foundation
import Testing

@testable import CRM

@Suite struct `clients as JSON` {
    @Test func `a patch tells absent from null from a value`() throws {
        let body = #"{"firstName":null,"lastName":"Doe","emails":[{"value":"a@example.com"}],"price":null,"tags":[]}"#
        let patch = try JSONDecoder().decode(ClientPatch.self, from: Data(body.utf8))
        #expect(patch.firstName == .clear)
        #expect(patch.lastName == .set("Doe"))
        #expect(patch.emails == .set([ContactPoint(value: "a@example.com", type: "other", isPrimary: false)]))
        #expect(patch.price == .clear)
        #expect(patch.tags == .set([]))
        #expect(patch.phones == .keep)
        #expect(patch.assignedTo == .keep)
    }

    @Test(arguments: [
        #"{"price":1.5}"#, #"{"price":"1"}"#, #"{"assignedTo":"me"}"#, #"{"emails":["a@example.com"]}"#, "[]",
        #"{"tags":"a"}"#, #"{"price":99999999999999999999}"#,
    ])
    func `a value of the wrong kind is not read`(body: String) {
        #expect(throws: (any Error).self) { try JSONDecoder().decode(ClientPatch.self, from: Data(body.utf8)) }
        #expect(throws: (any Error).self) { try JSONDecoder().decode(ClientDraft.self, from: Data(body.utf8)) }
    }

    @Test func `a client is written with every member of the contract`() throws {
        let client = Client(
            id: ClientID(high: 1, low: 2), firstName: "Zoë \"Z\"", lastName: "",
            emails: StoredList([ContactPoint(value: "z@example.com", type: "home", isPrimary: true)]),
            phones: StoredList(), addresses: StoredList([PostalAddress(city: "Austin")]), tags: StoredList(["VIP"]),
            stage: "Leads", source: nil, assignedTo: nil, collaborators: StoredList(), price: 450_000, background: "",
            details: StoredObject(ClientDetails()),
            createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 1),
            lastActivityAt: Timestamp(milliseconds: 2), version: 3)
        var writer = JSONWriter()
        client.write(to: &writer)
        let written = try #require(
            try JSONSerialization.jsonObject(with: Data(writer.bytes)) as? [String: Any])
        #expect(
            Set(written.keys) == [
                "id", "firstName", "lastName", "emails", "phones", "addresses", "stage", "source", "tags", "assignedTo",
                "collaborators", "price", "background", "priceMax", "timeFrame", "birthday", "anniversaries",
                "relationships", "doNotCall", "doNotText", "doNotMail", "consent", "customFields", "createdAt",
                "updatedAt", "lastActivityAt", "version",
            ])
        #expect(written["firstName"] as? String == "Zoë \"Z\"")
        #expect(written["source"] is NSNull)
        #expect(written["price"] as? Int == 450_000)
        #expect(written["createdAt"] as? String == "1970-01-01T00:00:00.000Z")
        #expect((written["emails"] as? [[String: Any]])?.first?["isPrimary"] as? Bool == true)
    }
}
