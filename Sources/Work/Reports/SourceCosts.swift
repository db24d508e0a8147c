package import Accounts
package import CRM
package import Core
package import Storage

/// What a lead source has cost in a month.
package struct SourceCost: Sendable, Hashable {
    package let source: String
    package let month: YearMonth
    /// In cents.
    package let cost: Int64

    /// Writes the cost as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("source", source)
            object.member("month", month.text)
            object.member("cost", cost)
        }
    }
}

/// A cost as a caller sends it; nothing in it is checked yet.
package struct SourceCostDraft: Sendable, Decodable {
    package var source: String
    package var month: String
    package var cost: Int64

    package init(source: String, month: String, cost: Int64) {
        self.source = source
        self.month = month
        self.cost = cost
    }
}

/// What the lead sources cost the brokerage: owner and admin read and write it.
package struct SourceCosts: Sendable {
    private let database: any Database

    package init(database: any Database) { self.database = database }

    /// How a request ended.
    package enum Outcome: Sendable, Hashable {
        case done([SourceCost])
        case invalid([FieldProblem])
        case forbidden
    }

    /// The costs of a month, by source.
    package func all(_ scope: Scope, in month: YearMonth) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let rows = try await database.rows(SourceCostTable.statement(month.index...month.index))
        return .done(try rows.map { try SourceCost($0) })
    }

    /// Sets what a source cost in a month, in the place of what was said before; 0 takes it away.
    package func set(_ scope: Scope, _ draft: SourceCostDraft) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        var check = FieldCheck()
        let source = check.line(draft.source, "source", 100)
        if source.isEmpty { check.refuse("source", .required, "Say which source it was.") }
        let month = YearMonth(draft.month)
        if month == nil { check.refuse("month", .invalidDate, "Give a month such as 2026-01.") }
        if !(0...Commission.most).contains(draft.cost) {
            check.refuse("cost", .outOfRange, "Give cents, from 0 to \(Commission.most).")
        }
        guard check.problems.isEmpty, let month else { return .invalid(check.problems) }
        let cost = SourceCost(source: source, month: month, cost: draft.cost)
        try await database.transaction { session in try SourceCostTable.write(cost, in: session) }
        return .done([cost])
    }
}

/// The table of costs, a row for each source and month.
enum SourceCostTable {
    static let migration = Migration(
        225, "costs of lead sources",
        [
            """
            CREATE TABLE lead_source_cost (
                source TEXT NOT NULL, month BIGINT NOT NULL, cost BIGINT NOT NULL, PRIMARY KEY (month, source)
            )
            """
        ])

    static func statement(_ months: ClosedRange<Int>) -> SQL {
        """
        SELECT source, month, cost FROM lead_source_cost
        WHERE month >= \(months.lowerBound) AND month <= \(months.upperBound) ORDER BY month, source
        """
    }

    static func write(_ cost: SourceCost, in session: any SQLSession) throws {
        guard cost.cost > 0 else {
            return try session.run(
                "DELETE FROM lead_source_cost WHERE source = \(cost.source) AND month = \(cost.month.index)")
        }
        try session.run(
            """
            INSERT INTO lead_source_cost (source, month, cost) VALUES (\(cost.source), \(cost.month.index), \(cost.cost))
            ON CONFLICT (month, source) DO UPDATE SET cost = excluded.cost
            """)
    }
}

extension SourceCost {
    fileprivate init(_ row: Row) throws {
        source = try row.get("source")
        month = YearMonth(index: try row.get("month"))
        cost = try row.get("cost")
    }
}
