package import Accounts
package import Storage

/// After how many days without a talk a client of a stage is to be spoken with again.
package struct StageInterval: Sendable, Hashable, Decodable {
    package var stage: String
    package var days: Int

    package init(stage: String, days: Int) {
        self.stage = stage
        self.days = days
    }
}

/// The intervals of the brokerage: everybody reads them, owner and admin decide them.
package struct StageIntervals: Sendable {
    private let database: any Database

    static let migration = Migration(
        181, "intervals of stages",
        ["CREATE TABLE stage_interval (stage TEXT PRIMARY KEY, days BIGINT NOT NULL)"])

    /// The longest, in days: ten years.
    package static let longest = 3650

    package init(database: any Database) {
        self.database = database
    }

    /// How a change ended.
    package enum Outcome: Sendable, Hashable {
        case changed([StageInterval])
        case invalid([FieldProblem])
        case forbidden
    }

    /// Those of stages that there are, in the order of the stages.
    package static var query: SQL {
        """
        SELECT stage_interval.stage, stage_interval.days FROM stage_interval
        JOIN client_stage ON client_stage.name = stage_interval.stage ORDER BY client_stage.position, client_stage.name
        """
    }

    /// All of them.
    package func all() async throws -> [StageInterval] {
        try await database.rows(Self.query).map { try StageInterval($0) }
    }

    /// Puts these in the place of those that there are. A stage that is left out has none.
    package func replace(_ scope: Scope, with intervals: [StageInterval]) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        return try await database.transaction { session in
            var check = FieldCheck()
            let stages = try StageTable.all(in: session)
            var kept: [StageInterval] = []
            for (index, interval) in check.capped(intervals, "intervals", 50).enumerated() {
                if !stages.contains(interval.stage) {
                    check.refuse(
                        "intervals[\(index)].stage", .unknownChoice,
                        "There is no such stage. GET /v1/stages lists them.")
                }
                if kept.contains(where: { $0.stage == interval.stage }) {
                    check.refuse("intervals[\(index)].stage", .taken, "The stage has an interval already.")
                }
                if !(1...Self.longest).contains(interval.days) {
                    check.refuse(
                        "intervals[\(index)].days", .outOfRange, "Give days between 1 and \(Self.longest).")
                }
                kept.append(interval)
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try session.run("DELETE FROM stage_interval")
            try session.insert(kept.map { "(\($0.stage), \($0.days))" }, into: "stage_interval (stage, days)")
            return .changed(try session.rows(Self.query).map { try StageInterval($0) })
        }
    }
}

extension StageInterval {
    /// Reads a row of ``StageIntervals/query``.
    package init(_ row: Row) throws {
        stage = try row.get("stage")
        days = try row.get("days")
    }
}
