import Accounts
import Core
import Storage

/// The tasks that stand for the days of open deals: one for each day that is still to come, for the first of the deal's agents. They move with
/// their days, and go when the deal is won, lost or removed. One that somebody has completed or removed stays so.
enum DealTasks {
    static let migration = Migration(
        193, "tasks of deals",
        [
            """
            CREATE TABLE deal_task (
                deal_id \(.identifier) NOT NULL REFERENCES deal (id) ON DELETE CASCADE,
                kind TEXT NOT NULL,
                task_id \(.identifier) NOT NULL,
                PRIMARY KEY (deal_id, kind)
            )
            """
        ])

    /// Brings the tasks up to what the deal, which is held, has become. `isThere` is `false` for one that is being removed.
    static func settle(
        _ deal: Deal, isThere: Bool = true, by author: AccountID, _ world: World, at now: Timestamp,
        in session: any SQLSession
    ) throws {
        var known: [DealDates.Kind: WorkTaskID] = [:]
        for row in try session.rows("SELECT kind, task_id FROM deal_task WHERE deal_id = \(deal.id)") {
            if let kind = DealDates.Kind(rawValue: try row.get("kind")) { known[kind] = try row.get("task_id") }
        }
        let today = CalendarDay(number: Int(now.seconds / 86_400))
        for kind in DealDates.Kind.allCases where kind != .acceptance {
            let isWanted = isThere && deal.stage.kind == .open
            let day = isWanted ? deal.dates.day(kind).map { CalendarDay(number: $0.daysSince1970) } : nil
            switch (day, known[kind]) {
            case (nil, nil): break
            case (nil, .some(let task)): try end(task, of: deal.id, kind, at: now, in: session)
            case (.some(let day), .some(let task)):
                try move(task, to: day, name: name(kind, deal), at: now, in: session)
            case (.some(let day), nil):
                guard day >= today, let agent = deal.agents.first else { break }
                var task = WorkTask(world.identifier(), for: nil, by: author, at: now)
                task.name = name(kind, deal)
                task.kind = kind == .closing ? .closing : .followUp
                task.assignedTo = agent
                task.due = .day(day)
                try TaskTable.insert(task, in: session)
                try session.run(
                    "INSERT INTO deal_task (deal_id, kind, task_id) VALUES (\(deal.id), \(kind.rawValue), \(task.id))")
            }
        }
    }

    private static func name(_ kind: DealDates.Kind, _ deal: Deal) -> String {
        String("\(kind.title): \(deal.name)".prefix(200))
    }

    private static func move(
        _ id: WorkTaskID, to day: CalendarDay, name: String, at now: Timestamp, in session: any SQLSession
    ) throws {
        guard let before = try TaskTable.open(id, in: session), before.due != .day(day) || before.name != name else {
            return
        }
        var after = before
        (after.due, after.name, after.updatedAt) = (.day(day), name, now)
        after.version += 1
        try TaskTable.update(after, from: before, in: session)
    }

    private static func end(
        _ id: WorkTaskID, of deal: DealID, _ kind: DealDates.Kind, at now: Timestamp, in session: any SQLSession
    ) throws {
        if try TaskTable.open(id, in: session) != nil { try TaskTable.remove(id, at: now, in: session) }
        try session.run("DELETE FROM deal_task WHERE deal_id = \(deal) AND kind = \(kind.rawValue)")
    }
}
