import Accounts
import Core
import Storage

/// The caller's tasks that are late, the longest overdue first.
struct OverdueTasks: TodayPart {
    let member: StaticString = "overdueTasks"
    let most = 50

    func statement(for reader: TodayReader) -> SQL? {
        DueTasks.statement(for: reader, reader.clock.isLate, most)
    }

    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter
    ) throws {
        for row in rows { try WorkTask(row).write(to: &list, reader.clock) }
    }
}

/// The caller's tasks that are due in the rest of the day.
struct DueTasks: TodayPart {
    let member: StaticString = "dueTasks"
    let most = 50

    func statement(for reader: TodayReader) -> SQL? {
        Self.statement(for: reader, reader.clock.isToday(from: reader.clock.now), most)
    }

    /// The reader's open tasks that are due so, out of sight those whose client the reader does not reach.
    static func statement(for reader: TodayReader, _ isDue: SQL, _ most: Int) -> SQL {
        """
        SELECT \(TaskTable.columns) FROM \(TaskTable.rows)
        WHERE task.assigned_to = \(reader.scope.userID) AND task.completed_at IS NULL AND task.deleted_at IS NULL
            AND \(isDue) AND \(TaskTable.isSeen(by: reader.scope))
        ORDER BY task.due_order, task.id \(.limit(most + 1))
        """
    }

    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter
    ) throws {
        for row in rows { try WorkTask(row).write(to: &list, reader.clock) }
    }
}
