package import Accounts
package import CRM
package import Core
package import Storage

/// The deals of the brokerage: the front of this feature.
package struct DealBook: Sendable {
    let database: any Database
    let world: World
    let cursors: CursorSealer

    /// The deals in `database`. `cursorKey` signs the cursors of the list, and must be the same on every node.
    package init(database: any Database, world: World, cursorKey: Secret<[UInt8]>) {
        self.database = database
        self.world = world
        cursors = CursorSealer(key: cursorKey)
    }

    /// How a change of a deal ended.
    package enum Outcome: Sendable, Hashable {
        case done(Deal)
        case invalid([FieldProblem])
        case versionMismatch
        /// There is none, or it is out of reach.
        case notFound
        case forbidden
        /// Neither neighbour stands in the column any more.
        case neighbourMoved
    }

    /// The deal; `nil` when there is none within reach.
    package func get(_ scope: Scope, _ id: DealID) async throws -> Deal? {
        try await database.read { session in
            try DealTable.deals(scope, "deal.id = \(id) AND \(DealVisibility(scope).ofOne)", in: session).first
        }
    }

    /// A deal stood in a stage, since when, and who put it there.
    package struct StageStay: Sendable, Hashable {
        package let stageID: DealStageID
        /// As it was called then.
        package let stageName: String
        package let at: Timestamp
        /// `nil` where it still stands there.
        package let until: Timestamp?
        package let userID: AccountID?
    }

    /// Where the deal has stood, the last first; `nil` when there is none within reach.
    package func stages(_ scope: Scope, _ id: DealID) async throws -> [StageStay]? {
        let rows = try await database.rows(
            """
            SELECT deal_stage_change.stage_id, deal_stage_change.stage_name, deal_stage_change.at, deal_stage_change.user_id
            FROM deal JOIN deal_stage_change ON deal_stage_change.deal_id = deal.id
            WHERE deal.id = \(id) AND \(DealVisibility(scope).ofOne) ORDER BY deal_stage_change.number DESC
            """, isShort: true)
        guard !rows.isEmpty else { return nil }
        var until: Timestamp?
        return try rows.map { row in
            let at: Timestamp = try row.get("at")
            defer { until = at }
            return StageStay(
                stageID: try row.get("stage_id"), stageName: try row.get("stage_name"), at: at, until: until,
                userID: try row.optional("user_id"))
        }
    }

    /// Takes a deal away; for owner, admin and those who work on it. It is out of everybody's sight, and off the timelines of its clients.
    package func remove(
        _ scope: Scope, _ id: DealID, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        guard scope.role.writesDeals else { return .forbidden }
        let (now, world) = (world.now(), world)
        return try await database.transaction { session in
            guard let deal = try DealTable.held(id, for: scope, in: session) else { return .notFound }
            guard scope.role.seesEverything || deal.agents.contains(scope.userID) else { return .forbidden }
            if let expectedVersions, !expectedVersions.contains(deal.version) { return .versionMismatch }
            try DealTable.remove(deal, at: now, in: session)
            try DealTasks.settle(deal, isThere: false, by: scope.userID, world, at: now, in: session)
            try Happening(.dealDeleted, id, version: deal.version, at: now).tell(in: session)
            try TimelineTable.remove(about: id, at: now, in: session)
            return .done(deal)
        }
    }

    /// What new deals get by themselves.
    package func template(_ scope: Scope) async throws -> DealTemplate {
        try await database.read { session in try DealTemplateTable.template(in: session) }
    }

    /// How a change of the template ended.
    package enum TemplateOutcome: Sendable, Hashable {
        case done(DealTemplate)
        case invalid([FieldProblem])
        case versionMismatch
        case forbidden
    }

    /// Puts this in the place of the template; for owner and admin. Deals that are there keep what they have.
    package func replaceTemplate(
        _ scope: Scope, dates: [String: Int], checklist: [DealTemplate.Item], expectedVersions: [Int64]? = nil
    ) async throws -> TemplateOutcome {
        guard scope.role.seesEverything else { return .forbidden }
        var check = FieldCheck()
        var template = DealTemplate(offsets: [:], checklist: [], version: 0)
        let farthest = DealTemplate.farthest
        for (name, days) in dates.sorted(by: { $0.key < $1.key }) {
            guard let kind = DealDates.Kind(rawValue: name), kind != .acceptance else {
                let kinds = DealDates.Kind.allCases.dropFirst().map(\.rawValue).joined(separator: ", ")
                check.refuse("dates", .unknownChoice, "From the acceptance are counted: \(kinds).")
                continue
            }
            if !(-farthest...farthest).contains(days) {
                check.refuse("dates.\(name)", .outOfRange, "Give days from -\(farthest) to \(farthest).")
            }
            template.offsets[kind] = days
        }
        for (index, item) in check.capped(checklist, "checklist", Deal.mostItems).enumerated() {
            let title = check.line(item.title, "checklist[\(index)].title", 200)
            if title.isEmpty { check.refuse("checklist[\(index)].title", .required, "Say what has to be done.") }
            if let days = item.days, !(-farthest...farthest).contains(days) {
                check.refuse("checklist[\(index)].days", .outOfRange, "Give days from -\(farthest) to \(farthest).")
            }
            template.checklist.append(DealTemplate.Item(title: title, days: item.days))
        }
        guard check.problems.isEmpty else { return .invalid(check.problems) }
        let made = template
        return try await database.transaction { session in
            let there = try DealTemplateTable.template(isToChange: true, in: session)
            if let expectedVersions, !expectedVersions.contains(there.version) { return .versionMismatch }
            var changed = made
            changed.version = there.version + 1
            try DealTemplateTable.update(changed, in: session)
            return .done(changed)
        }
    }
}
