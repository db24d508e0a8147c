import Accounts
import CRM
import Core
import HTTPTypes
import NIOCore
import TestSupport
import Testing

@testable import Web

@Suite struct `clients exported and imported` {
    private static let fields = [
        #"{"name":"Car","kind":"text"}"#, #"{"name":"Rooms","kind":"number"}"#,
        #"{"name":"Close date","kind":"date"}"#,
        #"{"name":"View, \"or\" not; |","kind":"choice","choices":["Sea","=Hill; |x"]}"#,
        #"{"name":"Pets","kind":"flag"}"#,
    ]

    /// Gives an office people and fields: its owner, the fields' keys, and everybody's address by their identity.
    private static func furnish(
        _ office: Office
    ) async throws -> (owner: Visitor, keys: [String], people: [String: String]) {
        let owner = try await office.signedIn("owner@office.example", role: .owner)
        var people = [try #require(try await owner.get("/v1/auth/me").string("user", "id")): "owner@office.example"]
        for name in ["ana", "ben"] {
            let account = try await office.hire("\(name)@office.example")
            people[account.id.description] = "\(name)@office.example"
        }
        var keys: [String] = []
        for field in fields {
            let made = try await owner.post("/v1/custom-fields", field)
            keys.append(try #require(made.string("key"), "\(made.text)"))
        }
        return (owner, keys, people)
    }

    private static func made(_ visitor: Visitor, _ json: String) async throws -> String {
        let answer = try await visitor.post("/v1/clients?force=true", json)
        return try #require(answer.string("id"), "\(answer.text)")
    }

    /// Clients of whom everything is known that can be, and some of whom nearly nothing is.
    private static func fill(
        _ office: Office, _ owner: Visitor, _ keys: [String], _ people: [String: String]
    ) async throws {
        func id(_ name: String) throws -> String {
            try #require(people.first { $0.value == "\(name)@office.example" }).key
        }
        let jon = try await made(
            owner,
            #"{"firstName":"Jon","lastName":"Doe","doNotCall":true,"doNotMail":true,"consentSource":"reply STOP"}"#)
        office.clock.advance(by: .seconds(61))
        let zoe = try await made(
            owner,
            #"""
            {"firstName":"Zoë","lastName":"=cmd|' /C calc'!A0","stage":"Buyers","source":"+1 \"a\", b;c","tags":["VIP","a;b","c|d\\","@x"],
            "emails":[{"value":"z1@example.com","type":"home"},{"value":"z2@example.com","type":"Boat; 2","isPrimary":true},
            {"value":"z3@example.com"},{"value":"z4@exämple.com","type":"work"},{"value":"z5@example.com","type":"a|b"}],
            "phones":[{"value":"(512) 555-0143 ext. 12","type":"mobile"},{"value":"+44 20 7946 0958","type":"work","isPrimary":true},
            {"value":"512 555 0144","type":"home fax"},{"value":"512-555-0145 x7","type":"'=pager"}],
            "addresses":[{"type":"home","street":"1 Main St, \"rear\"; a|b\\","city":"Austin","state":"TX","code":"07870","country":"US"},
            {"type":"other","city":"Paris"},{"type":"Boat","street":"-1","country":"FR"}],
            "price":300000,"priceMax":450000,"timeFrame":"'=spring","background":"line one\nline \"two\", a;b|c\\n\n'=3\n\ttab",
            "birthday":"--02-29","anniversaries":[{"label":"closing","date":"2019-06-30"},{"label":"anniversary","date":"--12-24"},
            {"label":"a|b; c","date":"2000-02-29"}],"assignedTo":"\#(try id("ana"))","collaborators":["\#(try id("ben"))","\#(try id("owner"))"],
            "relationships":[{"kind":"spouse","clientId":"\#(jon)"},{"kind":"co-buyer","name":"=Jane; |"},{"kind":"referred by","name":"Bob"},
            {"kind":"child","name":"Kim","clientId":"\#(jon)"}],
            "doNotText":true,"doNotMail":true,"consentSource":"said so, at \"the\" open house; |",
            "customFields":{"\#(keys[0])":"=VW, \"old\"","\#(keys[1])":-1234.5,"\#(keys[2])":"2026-12-01","\#(keys[3])":"=Hill; |x","\#(keys[4])":false}}
            """#)
        office.clock.advance(by: .seconds(61))
        let changed = try await owner.send(
            .patch, "/v1/clients/\(zoe)", json: #"{"doNotText":false,"consentSource":"by phone"}"#)
        #expect(changed.status == .ok, "\(changed.text)")
        _ = try await made(owner, #"{"phones":[{"value":"555-0199"}],"assignedTo":"\#(try id("ben"))"}"#)
        _ = try await made(
            owner,
            #"{"lastName":"O'Brien-李","birthday":"1985-04-12","price":0,"#
                + #""customFields":{"\#(keys[1])":12,"\#(keys[4])":true}}"#)
        _ = try await made(owner, #"{"emails":[{"value":"only@example.com","type":"work"}],"stage":"Trash"}"#)
        _ = try await imported(
            office, owner,
            "Gatehouse ID,First Name,Phone 1,Created,Last Activity\n"
                + ",Old,1-800-FLOWERS,2020-01-01T00:00:00.001Z,2021-06-30T10:20:30.400Z\n",
            type: "text/csv")
    }

    private static func imported(
        _ office: Office, _ visitor: Visitor, _ text: String, _ query: String = "", type: String
    ) async throws -> Answer {
        let begun = try await visitor.send(
            .post, "/v1/clients/import" + query, body: ByteBuffer(string: text), headers: ["Content-Type": type])
        let id = try #require(begun.string("import", "id"), "\(begun.text)")
        while try await office.imports.workOnNext() {}
        let done = try await visitor.get("/v1/imports/\(id)")
        #expect(done.string("status") == "completed", "\(done.text)")
        return done
    }

    /// Each client as its page shows it.
    private static func clients(_ visitor: Visitor) async throws -> [JSONValue] {
        var clients: [JSONValue] = []
        for client in try await visitor.get("/v1/clients?limit=100").data {
            guard case .object(let members) = client, case .string(let id) = members["id"] else { continue }
            clients.append(try #require(try await visitor.get("/v1/clients/\(id)").json))
        }
        return clients
    }

    /// What does not depend on the office: no identities, no versions and no moment of the last change; people by their addresses.
    private static func plain(_ value: JSONValue, _ people: [String: String]) -> JSONValue {
        switch value {
        case .string(let text): return .string(people[text] ?? text)
        case .array(let items): return .array(items.map { plain($0, people) })
        case .object(var members):
            for name in ["id", "version", "updatedAt", "clientId"] { members[name] = nil }
            return .object(members.mapValues { plain($0, people) })
        case .null, .bool, .integer, .real: return value
        }
    }

    @Test(arguments: DatabaseKind.available, ["csv", "vcard"])
    func `are the same clients in another office, and nobody new in their own`(
        kind: DatabaseKind, format: String
    ) async throws {
        try await Office.open(on: kind) { office in
            let (owner, keys, people) = try await Self.furnish(office)
            try await Self.fill(office, owner, keys, people)
            let before = try await Self.clients(owner)
            #expect(before.count == 6)
            let file = try await owner.get("/v1/clients/export?format=\(format)")
            let type = try #require(file.header("Content-Type"))
            try await Office.open(on: kind) { second in
                second.clock.advance(by: .hours(5))
                let (newOwner, newKeys, newPeople) = try await Self.furnish(second)
                #expect(newKeys == keys)
                let report = try await Self.imported(second, newOwner, file.text, "?name=export", type: type)
                #expect(report["imported"] == .integer(6) && report["warnings"] == .integer(0), "\(report.text)")
                let after = try await Self.clients(newOwner).map { Self.plain($0, newPeople) }
                #expect(after.count == before.count)
                for client in before.map({ Self.plain($0, people) }) {
                    #expect(after.contains(client), "\(client)")
                    if !after.contains(client) { Issue.record("\(after)") }
                }
            }
            let again = try await Self.imported(office, owner, file.text, type: type)
            #expect(again["imported"] == .integer(0) && again["skipped"] == .integer(6), "\(again.text)")
            #expect(try await Self.clients(owner) == before)
            // As clients of their own they still name the client to whom they are related.
            let added = try await Self.imported(office, owner, file.text, "?duplicates=add", type: type)
            #expect(added["imported"] == .integer(6))
            let all = try await Self.clients(owner)
            #expect(Set(all.map { Self.plain($0, people) }) == Set(before.map { Self.plain($0, people) }))
            let related = all.compactMap { client -> JSONValue? in
                guard case .object(let members) = client, case .array(let list) = members["relationships"],
                    !list.isEmpty
                else { return nil }
                return members["relationships"]
            }
            #expect(related.count == 2 && related.first == related.last)
        }
    }
}
