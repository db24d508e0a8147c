import Accounts
import Core
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@testable import Web

@Suite struct `an agent who leaves` {
    @Test(arguments: DatabaseKind.available)
    func `has every export of the last 90 days listed, however many there were`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withMail) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let ana = try await office.hire("ana@office.example")
            let ben = try await office.hire("ben@office.example")
            let gate = office.gate
            func export(_ count: Int) async throws {
                try await gate.database.transaction { sql in
                    for _ in 0..<count {
                        let event = Event(
                            .dataExported, in: gate.world, user: ana.id, from: .commandLine, detail: ["rows": "1"])
                        try gate.recorder.record(event, in: sql)
                    }
                }
            }
            try await export(3)
            office.clock.advance(by: .days(91))
            try await export(205)
            #expect(try await owner.signIn("owner@office.example").status == .ok)
            let left = try await owner.post("/v1/users/\(ana.id)/leave", #"{"clientsTo":"\#(ben.id)"}"#)
            #expect(left.status == .ok)
            #expect(left.string("exports", "204", "detail", "rows") == "1")
            #expect(left.string("exports", "205", "detail", "rows") == nil, "older than 90 days")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `passes on the lists that others see, and is in no client any more, in the trash either`(
        _ kind: DatabaseKind
    ) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let admin = try await office.signedIn("adam@office.example", role: .admin)
            let adamID = try #require(try await admin.get("/v1/auth/me").string("user", "id"))
            let ownerID = try #require(try await owner.get("/v1/auth/me").string("user", "id"))
            let list = try #require(
                try await admin.post(
                    "/v1/smart-lists",
                    #"{"name":"Ours","isShared":true,"filter":{"field":"tag","op":"is","value":"vip"}}"#
                ).string("id"))
            let shared = try #require(
                try await owner.post("/v1/clients", #"{"firstName":"A","collaborators":["\#(adamID)"]}"#).string("id"))
            #expect(try await owner.send(.delete, "/v1/clients/\(shared)").status == .noContent)
            #expect(try await owner.send(.delete, "/v1/users/\(adamID)").code == "account_in_use")
            let left = try await owner.post("/v1/users/\(adamID)/leave", #"{"clientsTo":"\#(ownerID)"}"#)
            #expect(left.status == .ok, "\(left.text)")
            #expect(try await owner.send(.delete, "/v1/users/\(adamID)").status == .noContent)
            #expect(try await owner.get("/v1/smart-lists/\(list)").string("ownerId") == ownerID)
            let restored = try await owner.post("/v1/clients/\(shared)/restore")
            #expect(restored.status == .ok && !restored.text.contains(adamID), "\(restored.text)")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `stays when the one who is to take over cannot`(_ kind: DatabaseKind) async throws {
        try await Office.open(on: kind, Office.withMail) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let ana = try await office.hire("ana@office.example")
            let lender = try await office.hire("lender@office.example", role: .lender)
            for heir in [ana.id, lender.id, office.gate.world.identifier()] {
                let refused = try await owner.post("/v1/users/\(ana.id)/leave", #"{"clientsTo":"\#(heir)"}"#)
                #expect(refused.status.code >= 400 && refused.status.code < 500, "\(refused.status)")
            }
            #expect(try await office.visitor().signIn("ana@office.example").status == .ok, "nothing has happened")
        }
    }
}
