package import Accounts
package import CRM
package import Core
import Storage

/// Which tasks are asked for.
package struct TaskQuery: Sendable, Hashable {
    /// The raw value is that of the API.
    package enum State: String, Sendable, CaseIterable {
        /// Not completed; the soonest due first.
        case open
        /// Open, and late by the caller's clock.
        case overdue
        /// Open, and due on the caller's day.
        case today
        /// Completed; the last completed first.
        case done
    }

    package var client: ClientID?
    package var assignedTo: AccountID?
    package var state = State.open
    package var limit = 50
    package var cursor: String?

    package init(client: ClientID? = nil, assignedTo: AccountID? = nil, state: State = .open) {
        self.client = client
        self.assignedTo = assignedTo
        self.state = state
    }
}

/// How a request for a list of tasks ended.
package enum TaskListOutcome: Sendable {
    /// The tasks, as a ``JSONWriter`` that holds them one after the other, and where the next page starts.
    case page(JSONWriter, nextCursor: String?)
    case invalidCursor
}

extension TaskBook {
    /// A page of the tasks that the caller sees.
    package func list(_ scope: Scope, _ query: TaskQuery) async throws -> TaskListOutcome {
        let binding = CursorBinding(
            list: "tasks", reader: scope.userID,
            facts: [query.client?.description, query.assignedTo?.description, query.state.rawValue])
        var position: [SQLValue]?
        if let cursor = query.cursor {
            guard let opened = cursors.open(cursor, for: binding), opened.count == 2 else { return .invalidCursor }
            position = opened
        }
        let (now, settings, start) = (world.now(), settings, position)
        let (clock, rows) = try await database.read { session in
            let clock = TaskClock(now: now, zone: try settings.zone(of: scope.userID, in: session))
            return (clock, try session.rows(TaskListRows(scope, query, clock, after: start).statement))
        }
        var json = JSONWriter(capacity: rows.count * 640)
        var last: [SQLValue] = []
        for row in rows.prefix(query.limit) {
            let task = try WorkTask(row)
            task.write(to: &json, clock)
            let key: Int64 = try row.get(query.state == .done ? "completed_at" : "due_order")
            last = [.integer(key), task.id.sqlValue]
        }
        return .page(json, nextCursor: rows.count > query.limit ? cursors.seal(last, for: binding) : nil)
    }
}

/// The statement of a list of tasks: along an index of the client or of the person that it names, or of the reader.
struct TaskListRows {
    private let scope: Scope
    private let query: TaskQuery
    private let clock: TaskClock
    private let position: [SQLValue]?

    init(_ scope: Scope, _ query: TaskQuery, _ clock: TaskClock, after position: [SQLValue]? = nil) {
        self.scope = scope
        self.query = query
        self.clock = clock
        self.position = position
    }

    private var key: SQL { query.state == .done ? "task.completed_at" : "task.due_order" }
    private var direction: SQL { query.state == .done ? "DESC" : "ASC" }

    private var state: SQL {
        let open: SQL = "task.deleted_at IS NULL AND task.completed_at IS NULL"
        switch query.state {
        case .open: return open
        case .overdue: return "\(open) AND \(clock.isLate)"
        case .today: return "\(open) AND \(clock.isToday())"
        case .done: return "task.deleted_at IS NULL AND task.completed_at IS NOT NULL"
        }
    }

    private var start: SQL {
        guard let position else { return "" }
        let comparison: SQL = query.state == .done ? "<" : ">"
        return "AND (\(key), task.id) \(comparison) (\(position[0]), \(position[1]))"
    }

    var statement: SQL {
        var filters: [SQL] = []
        if let client = query.client { filters.append("task.client_id = \(ClientAlias.target(of: client))") }
        if let user = query.assignedTo { filters.append("task.assigned_to = \(user)") }
        if scope.role.seesEverything || !filters.isEmpty {
            return page(
                "SELECT \(TaskTable.columns) FROM \(TaskTable.rows) WHERE \((filters + seen).joined(separator: " AND "))"
            )
        }
        // What an agent sees of everybody's is theirs, or their clients', or what they made for others: each part has an index of its own.
        let isOthers: SQL = "task.assigned_to <> \(scope.userID)"
        let own: [SQL] = ["task.assigned_to = \(scope.userID)"]
        let made: [SQL] = ["task.created_by = \(scope.userID)", "task.client_id IS NULL", isOthers]
        let ofClients: [SQL] = [
            "reader.user_id = \(scope.userID)", "task.client_id = reader.client_id", "client.id = task.client_id",
            isOthers,
        ]
        let parts = [
            page("SELECT \(TaskTable.columns) FROM \(TaskTable.rows) WHERE \((own + seen).joined(separator: " AND "))"),
            page(
                "SELECT \(TaskTable.columns) FROM \(TaskTable.rows) WHERE \((made + seen).joined(separator: " AND "))"),
            page(
                """
                SELECT \(TaskTable.columns) FROM client_reader AS reader CROSS JOIN task CROSS JOIN client
                WHERE \((ofClients + seen).joined(separator: " AND "))
                """),
        ]
        let united = parts.map { "SELECT * FROM (\($0)) AS part" as SQL }.joined(separator: " UNION ALL ")
        let order: SQL = query.state == .done ? "completed_at DESC, id DESC" : "due_order ASC, id ASC"
        return "SELECT * FROM (\(united)) AS task ORDER BY \(order) \(.limit(query.limit + 1))"
    }

    private var seen: [SQL] { [state, TaskTable.isSeen(by: scope)] }

    private func page(_ rows: SQL) -> SQL {
        "\(rows) \(start) ORDER BY \(key) \(direction), task.id \(direction) \(.limit(query.limit + 1))"
    }
}
