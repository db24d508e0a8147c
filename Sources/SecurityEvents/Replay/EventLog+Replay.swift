extension EventLog {
    /// Plays the whole log, from its beginning, and answers what `replay` found. A page at a time is in memory.
    package func replay(_ replay: RiskReplay) async throws -> RiskReplayReport {
        let page = 1_000
        var replay = replay
        var last: EventID?
        while true {
            let events = try await oldest(RiskReplay.types, after: last, limit: page)
            for event in events { replay.take(event) }
            last = events.last?.id
            if events.count < page { return replay.report }
        }
    }
}
