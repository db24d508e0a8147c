import Accounts
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the days of a deal` {
    @Test(arguments: DatabaseKind.available)
    func `are tasks of its agent, which move with them and end with the deal`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let today = Int(office.time.world.now().seconds / 86_400)
            func day(_ offset: Int) -> String { CalendarDay(number: today + offset).text }
            func tasks() async throws -> [String] {
                try await office.database.rows(
                    """
                    SELECT name, due_day FROM task WHERE assigned_to = \(office.ana.userID) AND deleted_at IS NULL
                        AND completed_at IS NULL ORDER BY due_day, name
                    """
                ).map { row in
                    "\(try row.get("name", as: String.self)) +\(try row.get("due_day", as: Int.self) - today)"
                }
            }
            let deal = try await office.deal(office.ana, "12 Elm") {
                $0.dates = ["acceptance": day(-40), "closing": day(10), "walkThrough": day(8)]
            }
            // What the template puts into the past is nothing to do any more.
            #expect(try await tasks() == ["Final walk-through: 12 Elm +8", "Closing: 12 Elm +10"])
            _ = try await office.changed(office.ana, deal.id) {
                $0.name = "12 Elm Street"
                $0.dates = ["closing": day(12), "walkThrough": nil]
            }
            #expect(try await tasks() == ["Closing: 12 Elm Street +12"])
            guard case .done = try await office.deals.remove(office.ana, deal.id) else { throw Office.Unexpected() }
            #expect(try await tasks().isEmpty)
        }
    }
}
