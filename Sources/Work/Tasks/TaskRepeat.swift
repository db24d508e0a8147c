/// How a task comes back when it is completed.
package struct TaskRepeat: Sendable, Hashable {
    /// The raw value is what the API shows.
    package enum Frequency: String, Sendable, CaseIterable {
        case daily, weekly, monthly, yearly
    }

    package var frequency: Frequency
    /// Every so many days, weeks, months or years.
    package var interval: Int
    /// The last day on which it can be due again.
    package var until: CalendarDay?
    /// The day from which the others are counted: what is due on the 31st is due on the last day of a shorter month, and on the 31st again
    /// thereafter; what is due on 29 February is due on the 28th in three years of four.
    package var anchor: CalendarDay

    /// The most days, weeks, months or years between two.
    package static let longest = 366

    package init(_ frequency: Frequency, interval: Int = 1, until: CalendarDay? = nil, from anchor: CalendarDay) {
        self.frequency = frequency
        self.interval = interval
        self.until = until
        self.anchor = anchor
    }

    /// The first day after `day` that is not before `earliest`: who completes a daily task after a week is not asked for the week's. `nil` when it
    /// does not come back.
    package func next(after day: CalendarDay, notBefore earliest: CalendarDay) -> CalendarDay? {
        let target = max(day.adding(1), earliest)
        // One too few is put right below; a month is at most 31 days long.
        let span = max(target.number - anchor.number, 0)
        var count = max(0, span / (interval * longestStep) - 1)
        while occurrence(count) < target { count += 1 }
        let found = occurrence(count)
        if let until, found > until { return nil }
        return CalendarDay.plannable.contains(found) ? found : nil
    }

    private var longestStep: Int {
        switch frequency {
        case .daily: return 1
        case .weekly: return 7
        case .monthly: return 31
        case .yearly: return 366
        }
    }

    private func occurrence(_ count: Int) -> CalendarDay {
        switch frequency {
        case .daily: return anchor.adding(count * interval)
        case .weekly: return anchor.adding(count * interval * 7)
        case .monthly: return anchor.adding(months: count * interval)
        case .yearly: return anchor.adding(months: count * interval * 12)
        }
    }
}
