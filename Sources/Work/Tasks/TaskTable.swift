import Accounts
import CRM
import Core
import Storage

/// The rows of tasks.
enum TaskTable {
    private static let isOpen: SQL = "completed_at IS NULL AND deleted_at IS NULL"
    private static let isDone: SQL = "completed_at IS NOT NULL AND deleted_at IS NULL"

    static let migration = Migration(
        176, "tasks",
        [
            """
            CREATE TABLE task (
                id \(.identifier) PRIMARY KEY,
                client_id \(.identifier) REFERENCES client (id) ON DELETE CASCADE,
                first_client_id \(.identifier),
                kind TEXT NOT NULL,
                name TEXT NOT NULL,
                note TEXT NOT NULL,
                created_by \(.identifier) NOT NULL,
                assigned_to \(.identifier) NOT NULL,
                due_day BIGINT,
                due_time BIGINT,
                due_zone TEXT,
                due_at BIGINT,
                due_order BIGINT NOT NULL,
                reminder_minutes BIGINT,
                remind_at BIGINT,
                reminded_at BIGINT,
                repeat_frequency TEXT,
                repeat_interval BIGINT,
                repeat_until BIGINT,
                repeat_anchor BIGINT,
                completed_at BIGINT,
                completed_by \(.identifier),
                next_id \(.identifier),
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                deleted_at BIGINT,
                version BIGINT NOT NULL
            )
            """,
            "CREATE INDEX task_open ON task (due_order, id) WHERE \(isOpen)",
            "CREATE INDEX task_open_by_assignee ON task (assigned_to, due_order, id) WHERE \(isOpen)",
            "CREATE INDEX task_open_by_client ON task (client_id, due_order, id) WHERE \(isOpen)",
            "CREATE INDEX task_done ON task (completed_at, id) WHERE \(isDone)",
            "CREATE INDEX task_done_by_assignee ON task (assigned_to, completed_at, id) WHERE \(isDone)",
            "CREATE INDEX task_done_by_client ON task (client_id, completed_at, id) WHERE \(isDone)",
            "CREATE INDEX task_of_nobody ON task (created_by, due_order, id) WHERE client_id IS NULL AND deleted_at IS NULL",
            "CREATE INDEX task_of_client ON task (client_id) WHERE client_id IS NOT NULL",
            "CREATE INDEX task_to_remind ON task (remind_at) WHERE remind_at IS NOT NULL AND reminded_at IS NULL",
        ])

    /// The columns of a task and the name of its client, for a statement over ``rows``.
    static let columns: SQL = """
        task.id, task.client_id, task.kind, task.name, task.note, task.created_by, task.assigned_to, task.due_day,
            task.due_time, task.due_zone, task.reminder_minutes, task.repeat_frequency, task.repeat_interval,
            task.repeat_until, task.repeat_anchor, task.completed_at, task.completed_by, task.next_id, task.created_at,
            task.updated_at, task.version, client.first_name AS client_first, client.last_name AS client_last, task.due_order
        """

    /// Tasks with their clients, where they have one.
    static let rows: SQL = "task LEFT JOIN client ON client.id = task.client_id"

    /// Which rows of ``rows`` `scope` sees: those of clients within reach, and of those without a client one's own.
    static func isSeen(by scope: Scope) -> SQL {
        let own: SQL =
            scope.role.seesEverything
            ? "1 = 1" : "(task.assigned_to = \(scope.userID) OR task.created_by = \(scope.userID))"
        return """
            task.deleted_at IS NULL AND ((task.client_id IS NULL AND \(own))
                OR (task.client_id IS NOT NULL AND \(ClientVisibility(scope).ofOne)))
            """
    }

    static func task(_ id: WorkTaskID, for scope: Scope, in session: any SQLSession) throws -> WorkTask? {
        try session.row("SELECT \(columns) FROM \(rows) WHERE task.id = \(id) AND \(isSeen(by: scope))")
            .map { try WorkTask($0) }
    }

    /// The task, held until the transaction ends, and its client before it: a merge, too, takes the client first.
    static func held(_ id: WorkTaskID, for scope: Scope, in session: any SQLSession) throws -> WorkTask? {
        guard let seen = try task(id, for: scope, in: session) else { return nil }
        if let client = seen.clientID {
            guard try ClientAlias.held(client, for: scope, in: session) != nil else { return nil }
        }
        return try session.row(
            """
            SELECT \(columns) FROM \(rows) WHERE task.id = \(id) AND \(isSeen(by: scope)) \(.forUpdateOf("task"))
            """
        ).map { try WorkTask($0) }
    }

    /// The task, if it is still to be done, whoever sees it; held until the transaction ends.
    static func open(_ id: WorkTaskID, in session: any SQLSession) throws -> WorkTask? {
        try session.row(
            """
            SELECT \(columns) FROM \(rows)
            WHERE task.id = \(id) AND task.completed_at IS NULL AND task.deleted_at IS NULL \(.forUpdateOf("task"))
            """
        ).map { try WorkTask($0) }
    }

    static func insert(_ task: WorkTask, in session: any SQLSession) throws {
        let due = StoredDue(task.due)
        let repeats = task.repeats
        try session.run(
            """
            INSERT INTO task (id, client_id, first_client_id, kind, name, note, created_by, assigned_to, due_day, due_time,
                due_zone, due_at, due_order, reminder_minutes, remind_at, repeat_frequency, repeat_interval, repeat_until,
                repeat_anchor, created_at, updated_at, version)
            VALUES (\(task.id), \(task.clientID), \(task.clientID), \(task.kind.rawValue), \(task.name), \(task.note),
                \(task.createdBy), \(task.assignedTo), \(due.day), \(due.time), \(due.zone), \(due.at), \(due.order),
                \(task.reminderMinutes), \(task.remindAt), \(repeats?.frequency.rawValue), \(repeats?.interval),
                \(repeats?.until), \(repeats?.anchor), \(task.createdAt), \(task.updatedAt), \(task.version))
            """)
    }

    /// Writes a task that is held. Of a reminder at another time than before it is not known yet that it was sent.
    static func update(_ task: WorkTask, from before: WorkTask, in session: any SQLSession) throws {
        let due = StoredDue(task.due)
        let repeats = task.repeats
        let reminded: SQL = task.remindAt == before.remindAt ? "" : "reminded_at = NULL,"
        try session.run(
            """
            UPDATE task SET kind = \(task.kind.rawValue), name = \(task.name), note = \(task.note),
                assigned_to = \(task.assignedTo), due_day = \(due.day), due_time = \(due.time), due_zone = \(due.zone),
                due_at = \(due.at), due_order = \(due.order), reminder_minutes = \(task.reminderMinutes),
                remind_at = \(task.remindAt), \(reminded) repeat_frequency = \(repeats?.frequency.rawValue),
                repeat_interval = \(repeats?.interval), repeat_until = \(repeats?.until), repeat_anchor = \(repeats?.anchor),
                completed_at = \(task.completedAt), completed_by = \(task.completedBy), next_id = \(task.nextID),
                updated_at = \(task.updatedAt), version = \(task.version)
            WHERE id = \(task.id)
            """)
    }

    static func remove(_ id: WorkTaskID, at now: Timestamp, in session: any SQLSession) throws {
        try session.run("UPDATE task SET deleted_at = \(now), version = version + 1 WHERE id = \(id)")
    }

    /// Takes away the task that a completion has brought forth, if nobody has touched it since.
    static func removeUntouched(_ id: WorkTaskID, in session: any SQLSession) throws -> Bool {
        try session.changes("DELETE FROM task WHERE id = \(id) AND version = 1 AND \(isOpen)") > 0
    }

    /// Whether somebody active may be given the task: for a task of a client, whoever reaches the client.
    static func mayHave(
        _ user: AccountID, _ client: ClientID?, in session: any SQLSession
    ) throws -> Bool {
        let isFit = client.map { ClientVisibility.isReached($0) } ?? "account.status = 'active'"
        return try session.row("SELECT 1 AS one FROM account WHERE id = \(user) AND \(isFit) \(.forShare)") != nil
    }
}

/// How ``TaskDue`` lies in its columns.
private struct StoredDue {
    var day: CalendarDay?
    var time: LocalTime?
    var zone: String?
    let at: Timestamp?
    let order: Int64

    init(_ due: TaskDue) {
        switch due {
        case .never: break
        case .day(let day): self.day = day
        case .time(let time, let zone): (self.time, self.zone) = (time, zone.name)
        }
        at = due.moment
        order = due.order
    }
}

extension WorkTask {
    /// Reads a row of ``TaskTable/columns``.
    init(_ row: Row) throws {
        self.init(
            try row.get("id"), for: try row.optional("client_id"), by: try row.get("created_by"),
            at: try row.get("created_at"))
        kind = Kind(rawValue: try row.get("kind")) ?? .followUp
        name = try row.get("name")
        note = try row.get("note")
        assignedTo = try row.get("assigned_to")
        if let day: CalendarDay = try row.optional("due_day") {
            due = .day(day)
        } else if let time: LocalTime = try row.optional("due_time") {
            due = .time(time, Zone(try row.get("due_zone")) ?? .standard)
        }
        reminderMinutes = try row.optional("reminder_minutes")
        if let frequency = try row.optional("repeat_frequency", as: String.self).flatMap(TaskRepeat.Frequency.init) {
            repeats = TaskRepeat(
                frequency, interval: try row.get("repeat_interval"), until: try row.optional("repeat_until"),
                from: try row.get("repeat_anchor"))
        }
        completedAt = try row.optional("completed_at")
        completedBy = try row.optional("completed_by")
        nextID = try row.optional("next_id")
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
        let names = [try row.optional("client_first", as: String.self), try row.optional("client_last")]
        clientName = names.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
    }
}
