import Core

extension CalendarWriter {
    /// Writes the rules of `zone` within `range` (`VTIMEZONE`): each change of its clocks, and what they showed before the first. A reader who knows
    /// nothing of zones finds every moment by it.
    mutating func zone(_ zone: Zone, in range: Range<Timestamp>) {
        if zone.name == "UTC" { return }
        line("BEGIN:VTIMEZONE")
        line("TZID:\(zone.name)")
        for start in [range.lowerBound] + zone.changes(in: range) {
            let before = zone.offset(at: start == range.lowerBound ? start : start - .seconds(1))
            let after = zone.offset(at: start)
            let kind = zone.isSummer(at: start) ? "DAYLIGHT" : "STANDARD"
            line("BEGIN:\(kind)")
            // The time that the clocks showed when they were changed.
            let wall = start + before
            line("DTSTART:\(wall.iso8601.prefix(19).filter { $0 != "-" && $0 != ":" })")
            line("TZOFFSETFROM:\(Self.offset(before))")
            line("TZOFFSETTO:\(Self.offset(after))")
            line("TZNAME:\(Self.offset(after))")
            line("END:\(kind)")
        }
        line("END:VTIMEZONE")
    }

    /// `-0500`.
    private static func offset(_ offset: Duration) -> String {
        let minutes = offset.milliseconds / 60_000
        func pair(_ number: Int64) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(minutes < 0 ? "-" : "+")\(pair(abs(minutes) / 60))\(pair(abs(minutes) % 60))"
    }
}
