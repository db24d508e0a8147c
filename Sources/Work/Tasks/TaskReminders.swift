package import Accounts
import CRM
package import Core
package import Storage

/// Mails that remind of tasks, some minutes before their time: one each, to whom the task is assigned.
package struct TaskReminders: Sendable {
    private let database: any Database
    private let world: World
    private let mailbox: Mailbox

    /// How many are settled in one transaction.
    private static let atOnce = 50
    /// What is late by more than this, because no node was running, is not sent any more.
    private static let patience: Duration = .hours(12)

    package init(database: any Database, world: World, mailbox: Mailbox) {
        self.database = database
        self.world = world
        self.mailbox = mailbox
    }

    /// Writes the mails that are due into the outbox. Of several nodes one writes each: whoever marks the task in the same transaction.
    package func post(until shouldStop: @Sendable () -> Bool = { false }) async throws {
        guard mailbox.isEnabled else { return }
        while !shouldStop(), try await postSome() == Self.atOnce {}
    }

    private func postSome() async throws -> Int {
        let (now, mailbox) = (world.now(), mailbox)
        return try await database.transaction { session in
            let due = try session.rows(
                """
                SELECT id FROM task WHERE remind_at <= \(now) AND remind_at IS NOT NULL AND reminded_at IS NULL
                ORDER BY remind_at \(.limit(Self.atOnce)) \(.forUpdate)
                """
            ).map { try $0.get("id", as: WorkTaskID.self) }
            for id in due {
                let isFirst = try session.changes(
                    "UPDATE task SET reminded_at = \(now) WHERE id = \(id) AND reminded_at IS NULL")
                guard isFirst > 0, let (task, account) = try Self.reminder(id, in: session),
                    let remindAt = task.remindAt, remindAt > now - Self.patience
                else { continue }
                try mailbox.post(
                    Self.mail(of: task, to: account), cause: "task_reminder:\(id):\(remindAt.milliseconds)", in: session
                )
            }
            return due.count
        }
    }

    /// The task and whom to write to; `nil` when it is done or gone, or whoever has it does not reach the client any more.
    private static func reminder(
        _ id: WorkTaskID, in session: any SQLSession
    ) throws -> (WorkTask, Account)? {
        let row = try session.row(
            """
            SELECT \(TaskTable.columns) FROM \(TaskTable.rows)
            WHERE task.id = \(id) AND task.completed_at IS NULL AND task.deleted_at IS NULL
            """)
        guard let task = try row.map({ try WorkTask($0) }),
            try TaskTable.mayHave(task.assignedTo, task.clientID, in: session),
            let account = try AccountTable.active(task.assignedTo, in: session)
        else { return nil }
        return (task, account)
    }

    private static func mail(of task: WorkTask, to account: Account) -> OutgoingMail {
        var values = ["title": task.name, "kind": task.kind.rawValue]
        if task.clientID != nil { values["client"] = task.clientName }
        if case .time(let time, let zone) = task.due { values["when"] = time.sentence(in: zone) }
        let mail = OutgoingMail(.taskReminder, to: account, values: values)
        return task.due.moment.map { mail.expiring(at: $0 + .hours(12)) } ?? mail
    }
}
