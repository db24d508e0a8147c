import Accounts
import Core
import HTTPTypes
import Identity
import SecurityEvents
import Sessions
import TestSupport
import Testing

@testable import Web

@Suite struct `the audit over HTTP` {
    @Test(arguments: DatabaseKind.available)
    func `tells owner and admin how far the log is sealed and proven, and nobody else`(kind: DatabaseKind) async throws
    {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let agent = try await office.signedIn()
            #expect(try await agent.get("/v1/security/audit").code == "forbidden")
            #expect(try await office.visitor().get("/v1/security/audit").status == .unauthorized)
            let empty = try await owner.get("/v1/security/audit")
            #expect(empty["events"] == .integer(0))
            #expect(empty["lastCheckpoint"] == .null)
            let sealed = try await office.gate.audit.sealer().seal().sealed
            _ = try await office.gate.audit.verification.verify()
            let told = try await owner.get("/v1/security/audit")
            #expect(told["events"] == .integer(Int64(sealed)))
            #expect(told["lastCheckpoint", "last"] == .integer(Int64(sealed)))
            #expect(told.string("lastCheckpoint", "key") == "audit-sealing-1")
            #expect(told.string("verifiedAt") == office.clock.now.iso8601)
            #expect(told["findings"] == .integer(0))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `hands the log out after a step-up, and tells of it`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            let agent = try await office.signedIn()
            #expect(try await agent.get("/v1/security/events/export").code == "forbidden")
            let answer = try await owner.get("/v1/security/events/export")
            #expect(answer.status == .ok)
            #expect(answer.header("Content-Disposition")?.contains("security-events.csv") == true)
            let rows = answer.text.split(separator: "\r\n")
            #expect(rows.filter { $0.contains(",login_success,") }.count == 2)
            // Events of one millisecond have no order.
            office.clock.advance(by: .seconds(1))
            let later = try await owner.get("/v1/security/events/export?from=2027-01-01T00:00:00Z")
            #expect(later.text.split(separator: "\r\n").count == 1)
            let told = try await owner.get("/v1/security/events?type=security_log_exported")
            #expect(told.data.count == 2)
            #expect(told.string("data", "0", "detail", "from") == "2027-01-01T00:00:00.000Z")
            office.clock.advance(by: .minutes(6))
            #expect(try await owner.get("/v1/security/events/export").code == "reauthentication_required")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `survives a restart of the server under its own keys`(kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let clock = TestWorld()
            for _ in 1...2 {
                try await Office.open(over: database, clock: clock) { office in
                    _ = try? await office.hire("owner@office.example", role: .owner)
                    try await office.visitor().signIn("owner@office.example")
                    _ = try await office.gate.audit.sealer().seal()
                    #expect(try await office.gate.audit.verification.verify().isWhole)
                    _ = try await office.gate.ring.rotate(.auditSealing, publishFor: .zero, overlap: .zero)
                }
                clock.advance(by: .days(2))
            }
        }
    }
}
