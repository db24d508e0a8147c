import Accounts
import CRM
import Core
import Storage

/// The deals that were won, by the month of their closing day and by who worked on them. A deal without such a day counts in the month in which it was
/// won.
///
/// A deal on which two work counts for both, and its volume does. Of the commission each has the share that the split of the deal gives them. The row
/// without an agent has each deal once, with the whole commission; owner and admin see it.
struct VolumeReport {
    let question: ReportQuestion

    private static let columns =
        [Report.Column("month", "Month")] + Colleagues.columns + [
            Report.Column("deals", "Deals"), Report.Column("volume", "Volume"),
            Report.Column("commission", "Commission"),
        ]

    private struct Key: Hashable {
        let month: Int
        /// `nil` for everybody together.
        let user: AccountID?
    }

    private struct Figures {
        var (deals, volume, commission): (Int64, Int64, Int64) = (0, 0, 0)
    }

    /// With a closing day, and without one.
    var statements: [SQL] {
        let reach = DealVisibility(question.scope)
        let days = question.period.days
        return [
            "deal.closing_day >= \(days.lowerBound) AND deal.closing_day < \(days.upperBound)",
            "deal.closing_day IS NULL AND \(question.isInside("deal.closed_at"))",
        ].map { (when: SQL) -> SQL in
            """
            SELECT deal.closing_day, deal.closed_at, deal.price, deal.commission, deal.split, deal.agents
            FROM \(reach.joined) WHERE \(when) AND deal.status = 'won' AND \(reach.ofJoined)
            """
        }
    }

    func read(from database: any Database) async throws -> Report {
        let statements = statements
        let answers = try await database.read { session in try session.answers(to: statements) }
        var figures: [Key: Figures] = [:]
        for row in answers.joined() { try count(row, in: &figures) }
        var report = Report(Self.columns)
        let order = question.colleagues.all(and: figures.keys.compactMap(\.user))
        let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        func place(_ key: Key) -> (Int, Int) { (key.month, key.user.flatMap { places[$0] } ?? .max) }
        report.rows = figures.sorted { place($0.key) < place($1.key) }.map { key, of in
            [.text(YearMonth(index: key.month).text)] + question.colleagues.values(key.user)
                + [.count(of.deals), .money(of.volume), .money(of.commission)]
        }
        return report
    }

    private func count(_ row: Row, in figures: inout [Key: Figures]) throws {
        let closing: Int? = try row.optional("closing_day")
        let day = try closing ?? question.zone.day(row.get("closed_at")).number
        let month = YearMonth(PartialDate(daysSince1970: day)).index
        let price: Int64 = try row.optional("price") ?? 0
        let commission: Int64 = try row.optional("commission") ?? 0
        if question.scope.role.seesEverything {
            let key = Key(month: month, user: nil)
            figures[key, default: Figures()].deals += 1
            figures[key, default: Figures()].volume += price
            figures[key, default: Figures()].commission += commission
        }
        for user in try row.get("agents", as: StoredList<AccountID>.self).elements() where isShown(user) {
            let key = Key(month: month, user: user)
            figures[key, default: Figures()].deals += 1
            figures[key, default: Figures()].volume += price
        }
        let split = try row.get("split", as: StoredList<DealShare>.self).elements()
        for (share, amount) in zip(split, CommissionSplit.amounts(of: commission, by: split.map(\.basisPoints))) {
            guard let user = share.userId, isShown(user) else { continue }
            figures[Key(month: month, user: user), default: Figures()].commission += amount
        }
    }

    private func isShown(_ user: AccountID) -> Bool {
        question.scope.role.seesEverything || user == question.scope.userID
    }
}
