package import Core
import FoundationEssentials
package import Storage

/// Keeps the number of events of each type, by the hour and in all, so that no figure is ever made by reading the log.
///
/// It is shown each event once, in the transaction that seals it, and remembers the last one that it has counted: a batch that is
/// shown again counts once all the same. An event counts in the hour of its own moment, however late it is sealed.
package struct EventRollup: SealFollower {
    /// How long the hours are kept. The dashboard looks back 30 days; the rest is for an operator's own comparison with last year.
    package static let memory: Duration = .days(400)

    private static let rowsPerStatement = 2_000
    /// A folded event that claims to stand for more is not believed.
    private static let mostFolded: Int64 = 1_000_000_000

    package init() {}

    /// Counts those of `events` that were not counted yet: four statements, however many they are.
    package func follow(_ events: [SealedEvent], in session: any SQLSession) throws {
        let counted: Int64 =
            try session.row("SELECT sequence FROM event_rollup WHERE id = 1 \(.forUpdate)")?.get("sequence") ?? 0
        var tally = Tally()
        var last = counted
        for sealed in events where sealed.sequence > counted {
            tally.add(Self.weight(of: sealed.event), of: sealed.event)
            last = max(last, sealed.sequence)
        }
        guard last > counted else { return }
        try write(tally, in: session)
        try session.run(
            """
            INSERT INTO event_rollup (id, sequence) VALUES (1, \(last))
            ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence
            """)
    }

    /// Forgets hours that are older than ``memory``.
    package func prune(_ database: any Database, now: Timestamp) async throws {
        let horizon = now - Self.memory
        // By type, because the key begins with it; a name that left the catalogue keeps its few rows.
        let types = EventType.allCases.map { "\($0.rawValue)" as SQL }.joined(separator: ", ")
        _ = try await database.batch(["DELETE FROM event_hour WHERE type IN (\(types)) AND hour < \(horizon)"])
    }

    /// How many events a recorded one stands for: those of a flood are folded into one row with their `count`.
    static func weight(of event: RecordedEvent) -> Int64 {
        guard event.detailJSON.contains("\"count\""),
            let detail = try? JSONDecoder().decode([String: String].self, from: Data(event.detailJSON.utf8)),
            let count = detail["count"].flatMap({ Int64($0) }), (1...mostFolded).contains(count)
        else { return 1 }
        return count
    }

    private func write(_ tally: Tally, in session: any SQLSession) throws {
        // In one order, so that two transactions cannot each hold what the other waits for.
        let hours = tally.hours.sorted { ($0.key.type, $0.key.hour) < ($1.key.type, $1.key.hour) }
        for start in stride(from: 0, to: hours.count, by: Self.rowsPerStatement) {
            let rows = hours[start..<min(start + Self.rowsPerStatement, hours.count)]
                .map { "(\($0.key.type), \($0.key.hour), \($0.value))" as SQL }
            try session.run(
                """
                INSERT INTO event_hour (type, hour, events) VALUES \(rows.joined(separator: ", "))
                ON CONFLICT (type, hour) DO UPDATE SET events = event_hour.events + excluded.events
                """)
        }
        let totals = tally.totals.sorted { $0.key < $1.key }.map { "(\($0.key), \($0.value))" as SQL }
        try session.run(
            """
            INSERT INTO event_total (type, events) VALUES \(totals.joined(separator: ", "))
            ON CONFLICT (type) DO UPDATE SET events = event_total.events + excluded.events
            """)
    }
}

/// The numbers of one batch.
private struct Tally {
    struct Key: Hashable {
        let type: String
        let hour: Timestamp
    }

    var hours: [Key: Int64] = [:]
    var totals: [String: Int64] = [:]

    mutating func add(_ weight: Int64, of event: RecordedEvent) {
        hours[Key(type: event.type, hour: event.at.rounded(downTo: .hours(1))), default: 0] += weight
        totals[event.type, default: 0] += weight
    }
}
