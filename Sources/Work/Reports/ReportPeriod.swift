import Accounts
import CRM
import Core
import Storage

/// The days of which a report tells.
package struct ReportPeriod: Sendable, Hashable {
    package let first: CalendarDay
    /// It is part of the period.
    package let last: CalendarDay

    /// The longest period, in months.
    package static let mostMonths = 36

    /// `nil` where the last day comes before the first, or is too far from it.
    package init?(from first: CalendarDay, through last: CalendarDay) {
        guard first <= last, last < first.adding(months: Self.mostMonths) else { return nil }
        (self.first, self.last) = (first, last)
    }

    /// Its moments in a zone: from the beginning of the first day up to, and without, the beginning of the day after the last.
    func moments(in zone: Zone) -> Range<Timestamp> {
        zone.moments(of: first).lowerBound..<zone.moments(of: last).upperBound
    }

    /// Its days as numbers, the one after the last left out.
    var days: Range<Int> { first.number..<last.number + 1 }

    /// The months of which a day is in it.
    var months: ClosedRange<Int> { YearMonth(first.date).index...YearMonth(last.date).index }

    /// What an amount for a whole month makes for the days of it that are in the period, in whole cents, half a cent rounded up.
    func part(of amount: Int64, for month: Int) -> Int64 {
        let start = YearMonth(index: month).firstDay.daysSince1970
        let end = YearMonth(index: month + 1).firstDay.daysSince1970
        let inside = Int64(min(end, days.upperBound) - max(start, days.lowerBound))
        guard inside > 0 else { return 0 }
        let length = Int64(end - start)
        return (amount * inside * 2 + length) / (length * 2)
    }
}

/// What a report is made from: whoever asks, and the period as moments of their zone.
struct ReportQuestion: Sendable {
    let scope: Scope
    let period: ReportPeriod
    let zone: Zone
    let colleagues: Colleagues

    var moments: Range<Timestamp> { period.moments(in: zone) }

    /// `column` is of the period.
    func isInside(_ column: SQL) -> SQL {
        "\(column) >= \(moments.lowerBound) AND \(column) < \(moments.upperBound)"
    }

    /// `column` is whoever asks; anybody for owner and admin.
    func isOwn(_ column: SQL) -> SQL {
        scope.role.seesEverything ? "1 = 1" : "\(column) = \(scope.userID)"
    }

    /// `column` is a client whom whoever asks reaches. Of what lies in the trash it is known to the reports of an agent alone: it has no readers.
    func isReached(_ column: SQL) -> SQL {
        scope.role.seesEverything
            ? "1 = 1"
            : """
            \(column) IN (SELECT reader.client_id FROM client_reader AS reader WHERE reader.user_id = \(scope.userID))
            """
    }
}

/// The people who have a row in reports.
struct Colleagues: Sendable {
    private let names: [AccountID: String]
    /// Those who work here now and are no lenders, by name.
    private let present: [AccountID]

    static let query: SQL =
        "SELECT id, first_name, last_name, role, status FROM account ORDER BY first_name, last_name, id"

    init(_ rows: [Row], for scope: Scope) throws {
        var (names, present): ([AccountID: String], [AccountID]) = ([:], [])
        for row in rows {
            let id: AccountID = try row.get("id")
            guard scope.role.seesEverything || id == scope.userID else { continue }
            let parts = [try row.get("first_name", as: String.self), try row.get("last_name")]
            names[id] = parts.filter { !$0.isEmpty }.joined(separator: " ")
            let isPresent = try row.get("status", as: String.self) == "active"
            if isPresent, try row.get("role", as: String.self) != Role.lender.rawValue { present.append(id) }
        }
        (self.names, self.present) = (names, present)
    }

    /// Everybody who is here, then those of `others` who have left, in their order.
    func all(and others: some Sequence<AccountID>) -> [AccountID] {
        present + Set(others).subtracting(present).sorted()
    }

    func name(_ id: AccountID?) -> String? { id.flatMap { names[$0] } }

    /// The first columns of whatever is told by agent.
    static let columns = [Report.Column("userId", "User id"), Report.Column("name", "Name")]

    func values(_ id: AccountID?) -> [Report.Cell] { [.user(id), .text(name(id))] }
}
