package import Core

/// The hours in which nobody is mailed by a program.
package struct QuietHours: Sendable, Hashable {
    /// Minutes after midnight: from when, and until when. Equal for none.
    package let from: Int
    package let until: Int

    /// From nine in the evening to eight in the morning, as the TCPA has it for calls and texts.
    package static let standard = QuietHours(from: 21 * 60, until: 8 * 60)

    package init(from: Int, until: Int) {
        self.from = from
        self.until = until
    }

    /// Reads `21:00-08:00`; `nil` for anything else.
    package init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { PlanStep.minute(String($0)) }
        guard ends.count == 2, let from = ends[0], let until = ends[1] else { return nil }
        self.init(from: from, until: until)
    }

    /// When they are over, if `moment` is within them by the clocks of `zone`.
    package func end(at moment: Timestamp, in zone: Zone) -> Timestamp? {
        let local = zone.local(moment)
        let minute = local.minuteOfDay
        let isQuiet = from <= until ? (from..<until).contains(minute) : minute >= from || minute < until
        guard isQuiet else { return nil }
        let day = minute < until ? local.day : local.day.adding(1)
        return zone.moment(LocalTime(day, minute: until))
    }
}

/// When steps are due.
enum PlanClock {
    /// The moment of `step`, whose predecessor was done at `moment`, for an agent in `zone`.
    static func due(_ step: PlanStep, after moment: Timestamp, in zone: Zone) -> Timestamp {
        if step.afterDays == 0, step.minute == nil { return moment }
        let day = zone.day(moment).adding(step.afterDays)
        let local = LocalTime(day, minute: step.minute ?? 9 * 60)
        return max(moment, zone.moment(local))
    }
}
