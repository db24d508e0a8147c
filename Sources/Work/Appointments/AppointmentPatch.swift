package import CRM
package import Core

/// An appointment to be, or a change of one, as a caller sends it; nothing in it is checked yet.
package struct AppointmentPatch: Sendable, Hashable {
    package var kind: Change<String> = .keep
    package var title: Change<String> = .keep
    package var note: Change<String> = .keep
    package var location: Change<String> = .keep
    package var type: Change<String> = .keep
    package var outcome: Change<String> = .keep
    package var feedback: Change<Appointment.Feedback> = .keep
    package var startDay: Change<String> = .keep
    package var endDay: Change<String> = .keep
    package var startTime: Change<String> = .keep
    package var endTime: Change<String> = .keep
    package var timeZone: Change<String> = .keep
    package var reminderMinutes: Change<Int> = .keep
    /// What is shown at a showing.
    package var listingId: Change<ListingID> = .keep
    package var clients: Change<[ClientID]> = .keep
    package var attendees: Change<[AccountID]> = .keep

    /// A patch that changes nothing.
    package init() {}
}

extension AppointmentPatch: Decodable {
    private enum CodingKeys: String, CodingKey {
        case kind, title, note, location, type, outcome, feedback, startDay, endDay, startTime, endTime, timeZone
        case reminderMinutes, listingId, clients, attendees
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.change(.kind)
        title = try container.change(.title)
        note = try container.change(.note)
        location = try container.change(.location)
        type = try container.change(.type)
        outcome = try container.change(.outcome)
        feedback = try container.change(.feedback)
        startDay = try container.change(.startDay)
        endDay = try container.change(.endDay)
        startTime = try container.change(.startTime)
        endTime = try container.change(.endTime)
        timeZone = try container.change(.timeZone)
        reminderMinutes = try container.change(.reminderMinutes)
        listingId = try container.change(.listingId)
        clients = try container.change(.clients)
        attendees = try container.change(.attendees)
    }
}

extension Appointment {
    /// The appointment after `patch`, its people aside, with everything that is wrong with it. `home` is the caller's zone.
    func applying(_ patch: AppointmentPatch, home: Zone, isNew: Bool, _ check: inout FieldCheck) -> Appointment {
        var changed = self
        changed.kind = patch.kind.applied(to: kind, cleared: .appointment) { text in
            if let kind = Kind(rawValue: text) { return kind }
            check.refuse("kind", .unknownChoice, "This must be one of: appointment, showing.")
            return kind
        }
        changed.title = patch.title.applied(to: title, cleared: "") { check.line($0, "title", 200) }
        if changed.title.isEmpty { check.refuse("title", .required, "An appointment has a title.") }
        changed.note = patch.note.applied(to: note, cleared: "") { check.paragraphs($0, "note", 10_000) }
        changed.location = patch.location.applied(to: location, cleared: "") { check.line($0, "location", 300) }
        changed.type = patch.type.applied(to: type, cleared: "") { check.line($0, "type", 100) }
        changed.outcome = patch.outcome.applied(to: outcome, cleared: "") { check.line($0, "outcome", 100) }
        changed.feedback = patch.feedback.applied(to: feedback, cleared: nil) { given in
            var feedback = given
            feedback.text = given.text.map { check.paragraphs($0, "feedback.text", 5000) }
            if let rating = given.rating, !(1...5).contains(rating) {
                check.refuse("feedback.rating", .outOfRange, "Give a number between 1 and 5.")
            }
            return feedback
        }
        changed.listingID = patch.listingId.applied(to: listingID, cleared: nil) { $0 }
        let before = check.problems.count
        changed.time = AppointmentTime(isNew ? nil : time, patch, home: home, &check) ?? time
        if check.problems.count == before, let flaw = changed.time.flaw { changed.refuse(flaw, &check) }
        changed.reminderMinutes = patch.reminderMinutes.applied(to: reminderMinutes, cleared: nil) { minutes in
            if !(0...WorkTask.longestReminder).contains(minutes) {
                check.refuse(
                    "reminderMinutes", .outOfRange,
                    "Give minutes between 0 and \(WorkTask.longestReminder), four weeks.")
            }
            return minutes
        }
        if changed.reminderMinutes != nil, changed.time.moments == nil {
            check.refuse("reminderMinutes", .notPermitted, "A reminder needs a time: give startTime, or no reminder.")
        }
        return changed
    }

    private func refuse(_ flaw: AppointmentTime.Flaw, _ check: inout FieldCheck) {
        let field = time.moments == nil ? "endDay" : "endTime"
        switch flaw {
        case .endsBeforeItBegins: check.refuse(field, .outOfRange, "It ends before it begins.")
        case .tooLong:
            check.refuse(field, .outOfRange, "An appointment lasts at most \(AppointmentTime.longest) days.")
        }
    }
}

extension AppointmentTime {
    /// The time that `patch` makes of `known`; `nil` when something is wrong with it. An end that nobody gave is an hour after the beginning, or
    /// that day; what begins at another time ends as much later.
    fileprivate init?(
        _ known: AppointmentTime?, _ patch: AppointmentPatch, home: Zone, _ check: inout FieldCheck
    ) {
        let namesDays = patch.startDay.isSet || patch.endDay.isSet
        let namesTimes = patch.startTime.isSet || patch.endTime.isSet
        if namesDays, namesTimes {
            check.refuse("startTime", .invalidDate, "Give startDay and endDay, or startTime and endTime.")
            return nil
        }
        var (zone, start, end): (Zone, LocalTime?, LocalTime?) = (home, nil, nil)
        var (first, last): (CalendarDay?, CalendarDay?)
        switch known {
        case .times(let knownStart, let knownEnd, let knownZone): (start, end, zone) = (knownStart, knownEnd, knownZone)
        case .days(let knownFirst, let knownLast): (first, last) = (knownFirst, knownLast)
        case nil: break
        }
        if case .set(let name) = patch.timeZone {
            if let named = Zone(name) { zone = named } else { check.refuse(UserSettings.unknownZone("timeZone")) }
        }
        if namesDays || !namesTimes && first != nil {
            let length = first.flatMap { first in last.map { $0.number - first.number } } ?? 0
            guard let begins = check.day(patch.startDay, "startDay", or: first) else { return nil }
            guard let ends = check.day(patch.endDay, "endDay", or: begins.adding(length)) else { return nil }
            self = .days(begins, ends)
        } else {
            let length = start.flatMap { start in end.map { $0.minutes - start.minutes } } ?? 60
            guard let begins = check.time(patch.startTime, "startTime", or: start) else { return nil }
            let standard = LocalTime(minutes: begins.minutes + length)
            guard let ends = check.time(patch.endTime, "endTime", or: standard) else { return nil }
            self = .times(begins, ends, zone)
        }
    }
}

extension Change {
    fileprivate var isSet: Bool {
        switch self {
        case .set: return true
        case .keep, .clear: return false
        }
    }
}

extension FieldCheck {
    fileprivate mutating func day(_ change: Change<String>, _ field: String, or known: CalendarDay?) -> CalendarDay? {
        guard case .set(let text) = change else {
            if known == nil { refuse(field, .required, "Say when it is.") }
            return known
        }
        if let day = CalendarDay(text), CalendarDay.plannable.contains(day) { return day }
        refuse(field, .invalidDate, "Give a day such as 2026-01-31.")
        return nil
    }

    fileprivate mutating func time(_ change: Change<String>, _ field: String, or known: LocalTime?) -> LocalTime? {
        guard case .set(let text) = change else {
            if known == nil { refuse(field, .required, "Say when it is.") }
            return known
        }
        if let time = LocalTime(text), CalendarDay.plannable.contains(time.day) { return time }
        refuse(field, .invalidDate, "Give a time of the clock such as 2026-01-31T09:00, and its zone in timeZone.")
        return nil
    }
}
