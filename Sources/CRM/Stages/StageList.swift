package import Accounts
import Core
package import Storage

/// The stages of the brokerage: everybody reads them, owner and admin decide them.
package struct StageList: Sendable {
    private let database: any Database
    private static let most = 50

    package init(database: any Database) {
        self.database = database
    }

    /// The names, in their order, inside a transaction.
    package static func names(in session: any SQLSession) throws -> [String] { try StageTable.all(in: session) }

    /// How a change of the stages ended.
    package enum Outcome: Sendable, Hashable {
        case changed([String])
        case invalid([FieldProblem])
        case forbidden
    }

    /// The names, in their order.
    package func all() async throws -> [String] {
        try await database.read { session in try StageTable.all(in: session) }
    }

    /// Puts `names` in the place of the stages that there are. One in which there are clients cannot be left out.
    package func replace(_ scope: Scope, with names: [String]) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        var check = FieldCheck()
        var kept: [String] = []
        for (index, name) in check.capped(names, "stages", Self.most).enumerated() {
            let line = check.line(name, "stages[\(index)]", 100)
            if line.isEmpty { check.refuse("stages[\(index)]", .required, "A stage has a name.") }
            if kept.contains(line) { check.refuse("stages[\(index)]", .taken, "There is such a stage already.") }
            kept.append(line)
        }
        if kept.isEmpty { check.refuse("stages", .required, "There must be a stage.") }
        let (checked, stages) = (check, kept)
        return try await database.transaction { session in
            var check = checked
            for left in try StageTable.all(in: session) where !stages.contains(left) {
                if try StageTable.isInUse(left, in: session) {
                    check.refuse("stages", .inUse, "Clients are in the stage \(left). Move them to another one first.")
                }
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try StageTable.replace(with: stages, in: session)
            return .changed(stages)
        }
    }
}

extension StageList {
    /// Whether there is a stage of that name.
    package static func has(_ name: String, in session: any SQLSession) throws -> Bool {
        try StageTable.has(name, in: session)
    }
}
