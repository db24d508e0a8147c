import Core

/// A person's calendar as a file of RFC 5545.
struct CalendarText {
    let home: Zone
    let tasks: [WorkTask]
    let appointments: [Appointment]

    /// The bytes. The same entries give the same bytes, whenever they are asked for.
    var bytes: [UInt8] {
        var writer = CalendarWriter(capacity: 1024 + 512 * (tasks.count + appointments.count))
        writer.line("BEGIN:VCALENDAR")
        writer.line("VERSION:2.0")
        writer.line("PRODID:-//Gatehouse//Calendar//EN")
        writer.line("CALSCALE:GREGORIAN")
        writer.line("METHOD:PUBLISH")
        writer.line("X-WR-CALNAME:Gatehouse")
        writer.line("X-WR-TIMEZONE:\(home.name)")
        writer.line("REFRESH-INTERVAL;VALUE=DURATION:PT15M")
        for (zone, years) in zones.sorted(by: { $0.key.name < $1.key.name }) { writer.zone(zone, in: years) }
        for task in tasks { Self.write(task, to: &writer) }
        for appointment in appointments { Self.write(appointment, to: &writer) }
        writer.line("END:VCALENDAR")
        return writer.bytes
    }

    /// The zones that occur, and of each the years in which something is, with the year before and the year behind: a reader may look back to the
    /// last change of the clocks.
    private var zones: [Zone: Range<Timestamp>] {
        var days: [Zone: (CalendarDay, CalendarDay)] = [:]
        func note(_ zone: Zone, _ first: CalendarDay, _ last: CalendarDay) {
            let known = days[zone] ?? (first, last)
            days[zone] = (min(known.0, first), max(known.1, last))
        }
        for task in tasks {
            if case .time(let time, let zone) = task.due { note(zone, time.day, time.day) }
        }
        for appointment in appointments {
            if case .times(let start, let end, let zone) = appointment.time { note(zone, start.day, end.day) }
        }
        return days.mapValues { first, last in
            Self.begin(of: (first.date.year ?? 2000) - 1)..<Self.begin(of: (last.date.year ?? 2000) + 2)
        }
    }

    private static func begin(of year: Int) -> Timestamp {
        Timestamp(seconds: Int64(PartialDate(year: year, month: 1, day: 1)?.daysSince1970 ?? 0) * 86_400)
    }

    private static func write(_ task: WorkTask, to writer: inout CalendarWriter) {
        writer.line("BEGIN:VEVENT")
        writer.line("UID:task-\(task.id)@gatehouse")
        writer.moment("DTSTAMP", task.updatedAt)
        writer.moment("LAST-MODIFIED", task.updatedAt)
        writer.line("SEQUENCE:\(task.version - 1)")
        switch task.due {
        case .never: break
        case .day(let day):
            writer.day("DTSTART", day)
            writer.day("DTEND", day.adding(1))
        case .time(let time, let zone):
            writer.time("DTSTART", time, in: zone)
            writer.line("DURATION:PT15M")
        }
        writer.text("SUMMARY", task.clientName.isEmpty ? task.name : "\(task.name) (\(task.clientName))")
        writer.text("DESCRIPTION", task.note)
        writer.text("CATEGORIES", task.kind.rawValue)
        writer.line("TRANSP:TRANSPARENT")
        writer.line("END:VEVENT")
    }

    private static func write(_ appointment: Appointment, to writer: inout CalendarWriter) {
        writer.line("BEGIN:VEVENT")
        writer.line("UID:appointment-\(appointment.id)@gatehouse")
        writer.moment("DTSTAMP", appointment.updatedAt)
        writer.moment("LAST-MODIFIED", appointment.updatedAt)
        writer.line("SEQUENCE:\(appointment.version - 1)")
        switch appointment.time {
        case .days(let first, let last):
            writer.day("DTSTART", first)
            writer.day("DTEND", last.adding(1))
        case .times(let start, let end, let zone):
            writer.time("DTSTART", start, in: zone)
            if end > start { writer.time("DTEND", end, in: zone) }
        }
        let guests = appointment.guests.map(\.name).filter { !$0.isEmpty }.joined(separator: ", ")
        writer.text("SUMMARY", guests.isEmpty ? appointment.title : "\(appointment.title) (\(guests))")
        writer.text("LOCATION", appointment.location)
        writer.text("DESCRIPTION", appointment.note)
        writer.text("CATEGORIES", appointment.kind == .showing ? "Showing" : "Appointment")
        writer.line("END:VEVENT")
    }
}
