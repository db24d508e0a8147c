package import CRM
package import Core

/// A task to be, or a change of one, as a caller sends it; nothing in it is checked yet.
package struct TaskPatch: Sendable, Hashable {
    /// Only for a task that is made: it never passes from client to client.
    package var clientId: ClientID?
    package var type: Change<String> = .keep
    package var name: Change<String> = .keep
    package var note: Change<String> = .keep
    package var assignedTo: Change<AccountID> = .keep
    /// `2026-01-31`.
    package var dueDay: Change<String> = .keep
    /// `2026-01-31T09:00`, on the wall of ``timeZone``.
    package var dueTime: Change<String> = .keep
    /// By default the caller's.
    package var timeZone: Change<String> = .keep
    package var reminderMinutes: Change<Int> = .keep
    package var repeats: Change<RepeatDraft> = .keep

    /// How it is to come back.
    package struct RepeatDraft: Sendable, Hashable, Decodable {
        package var frequency: String
        package var interval: Int?
        package var until: String?

        package init(_ frequency: String, interval: Int? = nil, until: String? = nil) {
            self.frequency = frequency
            self.interval = interval
            self.until = until
        }
    }

    /// A patch that changes nothing.
    package init() {}

    /// A task of that name.
    package init(name: String, client: ClientID? = nil, _ change: (inout TaskPatch) -> Void = { _ in }) {
        self.name = .set(name)
        clientId = client
        change(&self)
    }
}

extension TaskPatch: Decodable {
    private enum CodingKeys: String, CodingKey {
        case clientId, type, name, note, assignedTo, dueDay, dueTime, timeZone, reminderMinutes, `repeat`
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        clientId = try container.decodeIfPresent(ClientID.self, forKey: .clientId)
        type = try container.change(.type)
        name = try container.change(.name)
        note = try container.change(.note)
        assignedTo = try container.change(.assignedTo)
        dueDay = try container.change(.dueDay)
        dueTime = try container.change(.dueTime)
        timeZone = try container.change(.timeZone)
        reminderMinutes = try container.change(.reminderMinutes)
        repeats = try container.change(.repeat)
    }
}

extension WorkTask {
    /// The task after `patch`, with everything that is wrong with it. `home` is the caller's zone.
    func applying(_ patch: TaskPatch, home: Zone, _ check: inout FieldCheck) -> WorkTask {
        var task = self
        task.kind = patch.type.applied(to: kind, cleared: .followUp) { text in
            if let kind = Kind(rawValue: text) { return kind }
            let kinds = Kind.allCases.map(\.rawValue).joined(separator: ", ")
            check.refuse("type", .unknownChoice, "This must be one of: \(kinds).")
            return kind
        }
        task.name = patch.name.applied(to: name, cleared: "") { check.line($0, "name", 200) }
        if task.name.isEmpty { check.refuse("name", .required, "A task has a name.") }
        task.note = patch.note.applied(to: note, cleared: "") { check.paragraphs($0, "note", 10_000) }
        task.assignedTo = patch.assignedTo.applied(to: assignedTo, cleared: createdBy) { $0 }
        task.due = due.applying(patch, home: home, &check)
        task.reminderMinutes = patch.reminderMinutes.applied(to: reminderMinutes, cleared: nil) { minutes in
            if !(0...Self.longestReminder).contains(minutes) {
                check.refuse(
                    "reminderMinutes", .outOfRange, "Give minutes between 0 and \(Self.longestReminder), four weeks.")
            }
            return minutes
        }
        task.repeats = patch.repeats.applied(to: repeats, cleared: nil) { draft in
            TaskRepeat(draft, from: task.due.day ?? CalendarDay(number: 0), &check)
        }
        if task.due != due, let day = task.due.day { task.repeats?.anchor = day }
        if task.reminderMinutes != nil, !check.isRefused("dueTime") {
            switch task.due {
            case .time: break
            case .never, .day:
                check.refuse("reminderMinutes", .notPermitted, "A reminder needs a time: give dueTime, or no reminder.")
            }
        }
        if task.repeats != nil, task.due.day == nil {
            check.refuse("repeat", .notPermitted, "What comes back is due once: give dueDay or dueTime.")
        }
        return task
    }
}

extension TaskDue {
    fileprivate func applying(_ patch: TaskPatch, home: Zone, _ check: inout FieldCheck) -> TaskDue {
        var zone = home
        if case .time(_, let known) = self { zone = known }
        if case .set(let name) = patch.timeZone {
            if let named = Zone(name) { zone = named } else { check.refuse(UserSettings.unknownZone("timeZone")) }
        }
        switch (patch.dueDay, patch.dueTime) {
        case (.set, .set):
            check.refuse("dueTime", .invalidDate, "Give dueDay or dueTime, not both.")
            return self
        case (.set(let text), _):
            guard let day = CalendarDay(text), CalendarDay.plannable.contains(day) else {
                check.refuse("dueDay", .invalidDate, "Give a day such as 2026-01-31.")
                return self
            }
            return .day(day)
        case (_, .set(let text)):
            guard let time = LocalTime(text), CalendarDay.plannable.contains(time.day) else {
                check.refuse(
                    "dueTime", .invalidDate,
                    "Give a time of the clock such as 2026-01-31T09:00, and its zone in timeZone.")
                return self
            }
            return .time(time, zone)
        case (let day, let time):
            if case .time(let kept, _) = self, time != .clear { return .time(kept, zone) }
            if case .day = self, day != .clear { return self }
            return .never
        }
    }
}

extension TaskRepeat {
    fileprivate init(_ draft: TaskPatch.RepeatDraft, from anchor: CalendarDay, _ check: inout FieldCheck) {
        self.init(.daily, from: anchor)
        if let frequency = Frequency(rawValue: draft.frequency) {
            self.frequency = frequency
        } else {
            let names = Frequency.allCases.map(\.rawValue).joined(separator: ", ")
            check.refuse("repeat.frequency", .unknownChoice, "This must be one of: \(names).")
        }
        interval = draft.interval ?? 1
        if !(1...Self.longest).contains(interval) {
            check.refuse("repeat.interval", .outOfRange, "Give a number between 1 and \(Self.longest).")
            interval = 1
        }
        guard let text = draft.until else { return }
        until = CalendarDay(text)
        if until == nil { check.refuse("repeat.until", .invalidDate, "Give a day such as 2026-12-31.") }
        if let until, until < anchor { check.refuse("repeat.until", .invalidDate, "It would end before it begins.") }
    }
}

extension FieldCheck {
    /// Records a problem that is known as a whole.
    mutating func refuse(_ problem: FieldProblem) { refuse(problem.field, problem.code, problem.message) }

    /// Whether something was wrong with that field.
    func isRefused(_ field: String) -> Bool { problems.contains { $0.field == field } }
}
