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
