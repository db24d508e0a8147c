import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the plans of reports` {
    @Test(arguments: DatabaseKind.available)
    func `read what is much along an index that has all of it`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            _ = try await office.book.seedDemo(
                count: 1000, assignedTo: [office.ana.userID, office.ben.userID, office.owner.userID])
            try await fill(office)
            for scope in [office.owner, office.ana] {
                let question = ReportQuestion(
                    scope: scope, period: try Office.period("2024-01-01", "2026-12-31"), zone: .standard,
                    colleagues: try Colleagues([], for: scope))
                let isOwner = scope.role == .owner
                let conversion = ConversionReport(question: question)
                let activity = ActivityReport(question: question).statements
                // What an agent has is looked up by the reader, row by row: it is little among all.
                let cases: [(SQL, String)] = [
                    (SourceReport(question: question).clients, isOwner ? "COVERING INDEX client_by_coming" : "reader"),
                    (
                        SpeedReport(question: question).statement,
                        isOwner ? "COVERING INDEX client_by_coming" : "INDEX client_by"
                    ),
                    (conversion.clientChanges, "COVERING INDEX client_change_of_stage"),
                    (conversion.newClients, isOwner ? "COVERING INDEX client_" : "INDEX client_reader"),
                    (conversion.dealChanges, "COVERING INDEX deal_stage_change_in_order"),
                    (activity[0], "COVERING INDEX timeline_entry_by_author"),
                    (activity[2], "COVERING INDEX task_done_by_person"),
                    (activity[3], isOwner ? "COVERING INDEX client_by_coming" : "INDEX client_by"),
                ]
                for (statement, index) in cases {
                    let plan = try await office.plan(statement).joined(separator: "\n")
                    if kind == .sqlite { #expect(plan.contains(index), "\(scope.role) \(plan)") }
                    for read in ["Seq Scan on timeline", "Seq Scan on client_change", "Seq Scan on task"] {
                        #expect(!plan.contains(read), "\(scope.role) \(plan)")
                    }
                }
            }
        }
    }

    /// Notes and changes of stage, so that PostgreSQL has something to plan with.
    private func fill(_ office: Office) async throws {
        let now = office.time.now
        let ids = (0..<3000).map { _ in office.time.world.identifier(TimelineEntryID.self) }
        let people = [office.ana.userID, office.ben.userID, office.owner.userID]
        try await office.database.transaction { session in
            let clients = try session.rows("SELECT id FROM client").map { try $0.get("id", as: ClientID.self) }
            for (number, id) in ids.enumerated() {
                try TimelineTable.insert(
                    TimelineEntry(
                        .note, of: clients[number % clients.count], id: id, at: now - .minutes(number),
                        by: people[number % 3], body: "", now: now), in: session)
            }
        }
        if office.database.dialect == .postgres { _ = try await office.database.batch(["ANALYZE"]) }
    }
}
