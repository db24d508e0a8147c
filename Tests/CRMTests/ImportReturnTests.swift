import Accounts
import ContactFiles
import Core
import Storage
import TestSupport
import Testing

@testable import CRM

@Suite struct `an import of our own file` {
    private static let columns =
        "Gatehouse ID,First Name,Collaborators,Relationship 1,Relationship 1 Kind,Relationship 1 ID,Last Activity,Do Not Call,Consent\n"

    private func client(_ desk: Imports, _ scope: Scope, _ name: String) async throws -> Client {
        try #require(try await desk.clients(scope).first { $0.firstName == name })
    }

    @Test(arguments: DatabaseKind.available)
    func `shares clients with active people for owner and admin alone, and says so of others`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            try await office.database.transaction { session in
                try session.run("UPDATE account SET status = 'disabled' WHERE id = \(office.ben.userID)")
            }
            let row = ",Ann,ana@example.com; ben@example.com; nobody@example.com,,,,,,\n"
            let owners = try await desk.imported(office.owner, Self.columns + row)
            #expect(owners.counts == [1, 0, 0])
            #expect(owners.problems("warnedRows") == ["1 Collaborators:unknown_account Collaborators:unknown_account"])
            #expect(try await client(desk, office.owner, "Ann").collaborators.elements() == [office.ana.userID])
            #expect(try await desk.clients(office.ana).map(\.firstName) == ["Ann"], "shared, and not only written down")
            let agents = try await desk.imported(
                office.ana, Self.columns + ",Bo,lender@example.com,,,,,,\n")
            #expect(agents.problems("warnedRows") == ["1 Collaborators:not_permitted"])
            #expect(try await client(desk, office.ana, "Bo").collaborators.elements() == [])
            #expect(try await desk.clients(office.lender).isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps when and from what a decision is known, and who wrote it down where that is a user`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            func consent(_ name: String) async throws -> [Consent] {
                try await client(desk, office.owner, name).details.value().consent
            }
            let then = try #require(Timestamp(iso8601: "2025-03-04T05:06:07.089Z"))
            let now = office.time.now
            let report = try await desk.imported(
                office.owner,
                Self.columns
                    + ",Ann,,,,,,no,call|allowed|2025-03-04T05:06:07.089Z|ben@example.com|by phone\n"
                    + ",Bo,,,,,,yes,call|refused|2025-03-04T05:06:07.089Z|gone@example.com|STOP\n"
                    + ",Cy,,,,,,yes,call|allowed|2025-03-04T05:06:07.089Z|ben@example.com|by phone\n"
                    + ",Di,,,,,,yes,call|refused|2999-01-01T00:00:00.000Z|ben@example.com|by phone\n"
                    + ",Ed,,,,,,no,\n"
            ) { $0.fileName = "people.csv" }
            #expect(report.counts == [5, 0, 0])
            let (owner, ben) = (office.owner.userID, office.ben.userID)
            #expect(
                try await consent("Ann") == [
                    Consent(channel: .call, isRefused: false, at: then, by: ben, source: "by phone")
                ])
            #expect(
                try await consent("Bo") == [
                    Consent(channel: .call, isRefused: true, at: then, by: nil, source: "STOP")
                ])
            // What was changed in the column, and what cannot have been, is a decision of now.
            for name in ["Cy", "Di"] {
                #expect(
                    try await consent(name) == [
                        Consent(channel: .call, isRefused: true, at: now, by: owner, source: "people.csv")
                    ])
            }
            #expect(try await consent("Ed") == [])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `tells an agent nothing of who else is a user`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            _ = try await desk.imported(
                office.ana,
                Self.columns + ",Ann,,,,,,,call|refused|2025-03-04T05:06:07.089Z|ben@example.com|x\n"
                    + ",Bo,,,,,,,call|refused|2025-03-04T05:06:07.089Z|ana@example.com|x\n")
            #expect(try await client(desk, office.ana, "Ann").details.value().consent.first?.by == nil)
            #expect(
                try await client(desk, office.ana, "Bo").details.value().consent.first?.by == office.ana.userID)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `never lifts a refusal, and brings the proof of one that a client lacks`(kind: DatabaseKind) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let refusing = try await office.client(office.owner, "Ann") { $0.doNotCall = true }
            let open = try await office.client(office.owner, "Bo")
            _ = try await desk.imported(
                office.owner,
                Self.columns + "\(refusing.id),Ann,,,,,,no,call|allowed|2025-03-04T05:06:07.089Z||x\n"
                    + "\(open.id),Bo,ana@example.com,,,,,yes,call|refused|2025-03-04T05:06:07.089Z||by phone\n"
            ) { $0.duplicates = .update }
            #expect(try await client(desk, office.owner, "Ann").version == 1)
            let bo = try await client(desk, office.owner, "Bo")
            #expect(try bo.details.value().consent.map(\.source) == ["by phone"])
            #expect(try bo.details.value().consent.first?.at.iso8601 == "2025-03-04T05:06:07.089Z")
            #expect(try bo.collaborators.elements() == [office.ana.userID])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps which client a relationship names where the importer sees that one, and its name anywhere`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            let (mine, other) = (
                try await office.client(office.ana, "Mine"), try await office.client(office.ben, "Other")
            )
            let report = try await desk.imported(
                office.ana,
                Self.columns + ",Ann,,Mine Doe,spouse,\(mine.id),,,\n" + ",Bo,,Other Doe,spouse,\(other.id),,,\n"
                    + ",Cy,,,spouse,\(other.id),,,\n" + ",Di,,Nobody,spouse,nonsense,,,\n")
            #expect(report.counts == [4, 0, 0])
            #expect(report.problems("warnedRows") == ["3 Relationship 1:unknown_client"])
            func related(_ name: String) async throws -> [CRM.Relationship] {
                try await client(desk, office.ana, name).details.value().relationships
            }
            #expect(try await related("Ann") == [CRM.Relationship(kind: "spouse", name: "Mine Doe", clientID: mine.id)])
            #expect(try await related("Bo") == [CRM.Relationship(kind: "spouse", name: "Other Doe")])
            #expect(try await related("Cy") == [])
            #expect(try await related("Di") == [CRM.Relationship(kind: "spouse", name: "Nobody")])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keeps when somebody last dealt with a client, unless that is to come or before the client`(
        kind: DatabaseKind
    ) async throws {
        try await Imports.open(kind) { desk in
            let office = desk.office
            _ = try await desk.imported(
                office.ana,
                "Gatehouse ID,First Name,Created,Last Activity\n"
                    + ",Ann,2020-01-01T00:00:00.000Z,2021-06-30T10:20:30.400Z\n"
                    + ",Bo,2020-01-01T00:00:00.000Z,2999-01-01T00:00:00.000Z\n"
                    + ",Cy,2020-01-01T00:00:00.000Z,2019-01-01T00:00:00.000Z\n")
            let activity = try await desk.clients(office.ana).map(\.lastActivityAt.iso8601)
            #expect(
                activity == ["2021-06-30T10:20:30.400Z", "2020-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"])
        }
    }
}
