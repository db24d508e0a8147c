import Accounts
import CRM
import Core
import Storage

/// What agents did in the period: what they wrote on timelines, the appointments that they attended, the tasks that they completed and the clients that
/// came to them.
struct ActivityReport {
    let question: ReportQuestion

    private static let kinds: [(TimelineEntry.Kind, Report.Column)] = [
        (.note, Report.Column("notes", "Notes")), (.call, Report.Column("calls", "Calls")),
        (.text, Report.Column("texts", "Texts")), (.email, Report.Column("emails", "E-mails")),
    ]

    private static let columns =
        Colleagues.columns + kinds.map(\.1) + [
            Report.Column("appointments", "Appointments"), Report.Column("tasks", "Tasks completed"),
            Report.Column("clients", "New clients"),
        ]

    private struct Figures {
        var entries: [TimelineEntry.Kind: Int64] = [:]
        var (appointments, tasks, clients): (Int64, Int64, Int64) = (0, 0, 0)
    }

    /// Each grouped along an index that has all of it.
    var statements: [SQL] { [entries, appointments, tasks, clients] }

    private var entries: SQL {
        """
        SELECT author_id AS user_id, kind, COUNT(*) AS number FROM timeline_entry
        WHERE deleted_at IS NULL AND author_id IS NOT NULL AND kind IN ('note', 'call', 'text', 'email')
            AND \(question.isInside("at")) AND \(question.isOwn("author_id")) AND \(question.isReached("client_id"))
        GROUP BY author_id, kind
        """
    }

    /// By the days of their calendar, wherever that hangs.
    private var appointments: SQL {
        let days = question.period.days
        let (start, end) = (Int64(days.lowerBound) * 86_400_000, Int64(days.upperBound) * 86_400_000)
        return """
            SELECT attendee.user_id, COUNT(*) AS number
            FROM appointment_attendee AS attendee JOIN appointment ON appointment.id = attendee.appointment_id
            WHERE attendee.start_order >= \(start) AND attendee.start_order < \(end)
                AND \(question.isOwn("attendee.user_id")) AND \(seesAppointment)
            GROUP BY attendee.user_id
            """
    }

    private var seesAppointment: SQL {
        question.scope.role.seesEverything
            ? "appointment.deleted_at IS NULL" : AppointmentTable.isSeen(by: question.scope)
    }

    private var tasks: SQL {
        """
        SELECT completed_by AS user_id, COUNT(*) AS number FROM task
        WHERE completed_at IS NOT NULL AND deleted_at IS NULL AND \(question.isInside("completed_at"))
            AND \(question.isOwn("completed_by")) AND (client_id IS NULL OR \(question.isReached("client_id")))
        GROUP BY completed_by
        """
    }

    private var clients: SQL {
        """
        SELECT client.assigned_to AS user_id, COUNT(*) AS number FROM client
        WHERE client.deleted_at IS NULL AND client.assigned_to IS NOT NULL
            AND \(question.isInside("client.created_at")) AND \(question.isOwn("client.assigned_to"))
        GROUP BY client.assigned_to
        """
    }

    func read(from database: any Database) async throws -> Report {
        let statements = statements
        let answers = try await database.read { session in try session.answers(to: statements) }
        var figures: [AccountID: Figures] = [:]
        for row in answers[0] {
            guard let kind = TimelineEntry.Kind(rawValue: try row.get("kind")) else { continue }
            figures[try row.get("user_id"), default: Figures()].entries[kind] = try row.get("number")
        }
        for row in answers[1] {
            figures[try row.get("user_id"), default: Figures()].appointments = try row.get("number")
        }
        for row in answers[2] {
            guard let user: AccountID = try row.optional("user_id") else { continue }
            figures[user, default: Figures()].tasks = try row.get("number")
        }
        for row in answers[3] { figures[try row.get("user_id"), default: Figures()].clients = try row.get("number") }
        var report = Report(Self.columns)
        report.rows = question.colleagues.all(and: figures.keys).map { agent in
            let own = figures[agent] ?? Figures()
            return question.colleagues.values(agent) + Self.kinds.map { .count(own.entries[$0.0] ?? 0) }
                + [.count(own.appointments), .count(own.tasks), .count(own.clients)]
        }
        return report
    }
}
