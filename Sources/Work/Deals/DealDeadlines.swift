package import Accounts
package import Core
package import Storage

/// What is due with the open deals of somebody.
package enum DealDeadlines {
    /// One day of one deal.
    package struct Deadline: Sendable, Hashable {
        package let dealID: DealID
        package let dealName: String
        package let kind: DealDates.Kind
        package let day: PartialDate

        init(_ row: Row) throws {
            dealID = try row.get("id")
            dealName = try row.get("name")
            kind = DealDates.Kind(rawValue: try row.get("kind")) ?? .closing
            day = PartialDate(daysSince1970: try row.get("day"))
        }
    }

    /// The statement of ``upcoming(for:from:through:limit:in:)``.
    static func statement(for scope: Scope, from: PartialDate, through: PartialDate, limit: Int) -> SQL {
        """
        SELECT deal.id, deal.name, deal_date.kind, deal_date.day
        FROM deal_agent JOIN deal_date ON deal_date.deal_id = deal_agent.deal_id
            JOIN deal ON deal.id = deal_agent.deal_id
        WHERE deal_agent.user_id = \(scope.userID) AND deal_agent.is_open = 1 AND deal_date.is_open = 1
            AND deal_date.day BETWEEN \(from.daysSince1970) AND \(through.daysSince1970)
            AND \(DealVisibility(scope).ofOne)
        ORDER BY deal_date.day, deal.id, deal_date.kind LIMIT \(limit)
        """
    }

    /// The days from `from` to `through` of the open deals on which `scope` works, the next first: closings and what has to be done before. Deals on
    /// which only colleagues work are theirs to remember, an owner's too.
    package static func upcoming(
        for scope: Scope, from: PartialDate, through: PartialDate, limit: Int, in session: any SQLSession
    ) throws -> [Deadline] {
        try session.rows(statement(for: scope, from: from, through: through, limit: limit)).map(Deadline.init)
    }
}
