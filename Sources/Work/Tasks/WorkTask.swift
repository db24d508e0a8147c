package import CRM
package import Core

/// Marks identities of tasks.
package enum WorkTaskEntity {}

/// The identity of a task.
package typealias WorkTaskID = Identifier<WorkTaskEntity>

/// Something that somebody has to do, for a client or for nobody in particular.
package struct WorkTask: Sendable, Hashable {
    /// The kinds of Follow Up Boss; the raw value is what the API shows.
    package enum Kind: String, Sendable, CaseIterable {
        case followUp = "Follow Up"
        case call = "Call"
        case text = "Text"
        case email = "Email"
        case appointment = "Appointment"
        case showing = "Showing"
        case closing = "Closing"
        case openHouse = "Open House"
        case thankYou = "Thank You"
    }

    package let id: WorkTaskID
    /// For whom; `nil` for a task without a client.
    package var clientID: ClientID?
    package var kind: Kind
    package var name: String
    package var note: String
    package let createdBy: AccountID
    package var assignedTo: AccountID
    package var due: TaskDue
    /// How long before its time a mail reminds of it.
    package var reminderMinutes: Int?
    package var repeats: TaskRepeat?
    package var completedAt: Timestamp?
    package var completedBy: AccountID?
    /// The task that its completion has brought forth.
    package var nextID: WorkTaskID?
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// Counts the changes from 1.
    package var version: Int64
    /// The client's name, where it was read with the task.
    package var clientName = ""

    /// The earliest reminder: four weeks before.
    package static let longestReminder = 40_320

    /// A task that is made now, of which only the people are known.
    package init(_ id: WorkTaskID, for clientID: ClientID?, by creator: AccountID, at now: Timestamp) {
        self.id = id
        self.clientID = clientID
        kind = .followUp
        name = ""
        note = ""
        createdBy = creator
        assignedTo = creator
        due = .never
        createdAt = now
        updatedAt = now
        version = 1
    }

    /// When a mail reminds of it.
    var remindAt: Timestamp? {
        guard let moment = due.moment, let reminderMinutes else { return nil }
        return moment - .minutes(reminderMinutes)
    }

    /// The task that follows when this one is completed; `nil` when none does.
    func following(_ id: WorkTaskID, on today: CalendarDay, at now: Timestamp) -> WorkTask? {
        guard let repeats, let day = due.day, let nextDay = repeats.next(after: day, notBefore: today) else {
            return nil
        }
        var next = WorkTask(id, for: clientID, by: createdBy, at: now)
        next.kind = kind
        next.name = name
        next.note = note
        next.assignedTo = assignedTo
        next.due = due.on(nextDay)
        next.reminderMinutes = reminderMinutes
        next.repeats = repeats
        next.clientName = clientName
        return next
    }
}

extension WorkTask {
    /// Writes the task as the API shows it to whoever looks by `clock`.
    package func write(to writer: inout JSONWriter, _ clock: TaskClock) {
        writer.object { object in
            object.member("id", id)
            object.member("type", kind.rawValue)
            object.member("name", name)
            object.member("note", note)
            object.member("clientId", clientID)
            object.member("clientName", clientID == nil ? nil : clientName)
            object.member("assignedTo", assignedTo)
            object.member("createdBy", createdBy)
            due.writeMembers(to: &object)
            object.member("reminderMinutes", reminderMinutes.map(Int64.init))
            object.key("repeat")
            if let repeats { repeats.write(to: &object) } else { object.null() }
            object.member("isCompleted", completedAt != nil)
            object.member("completedAt", completedAt)
            object.member("completedBy", completedBy)
            object.member("nextTaskId", nextID)
            object.member("isOverdue", completedAt == nil && clock.isOver(due))
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }
}

extension TaskDue {
    fileprivate func writeMembers(to object: inout JSONWriter) {
        var (shownDay, shownTime, zone): (String?, String?, String?)
        switch self {
        case .never: break
        case .day(let day): shownDay = day.text
        case .time(let time, let place): (shownTime, zone) = (time.text, place.name)
        }
        object.member("dueDay", shownDay)
        object.member("dueTime", shownTime)
        object.member("timeZone", zone)
        object.member("dueAt", moment)
    }
}

extension TaskRepeat {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("frequency", frequency.rawValue)
            object.member("interval", Int64(interval))
            object.member("until", until?.text)
        }
    }
}
