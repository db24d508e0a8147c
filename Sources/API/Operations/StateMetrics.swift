import Core
import Credentials
import Identity
import SecurityEvents
import Sessions
import Storage
import Web

/// Writes down how the gate stands at this moment: its queues, its database, its outbox and its log.
///
/// Nothing is counted for it that is not counted anyway. Costs two statements, whatever the size of the outbox and the log. A database that does
/// not answer takes away what is read from it and no more: just then an operator wants the rest.
struct StateMetrics: Sendable {
    let gate: Gate

    /// Writes every family. Throws what is no failure of the database.
    func write(to text: inout MetricsText) async throws {
        // Before the statements of this very scrape.
        database(gate.database.load, &text)
        hashing(&text)
        retries(&text)
        let outbox = Outbox(database: gate.database, world: gate.world)
        do {
            let depths = try await outbox.depths()
            let totals = try await EventFigureReader(database: gate.database).totals()
            text.sample("gatehouse_database_up", .gauge, "Whether the database answers.", "1")
            self.outbox(depths, &text)
            events(totals, &text)
        } catch is StorageError {
            text.sample("gatehouse_database_up", .gauge, "Whether the database answers.", "0")
        }
    }

    private func database(_ load: DatabaseLoad, _ text: inout MetricsText) {
        text.sample("gatehouse_database_connections", .gauge, "Connections that there may be at once.", "\(load.size)")
        text.sample("gatehouse_database_connections_in_use", .gauge, "Connections in use now.", "\(load.inUse)")
        text.sample("gatehouse_database_waiting", .gauge, "Jobs that wait for a connection.", "\(load.waiting)")
        text.sample(
            "gatehouse_database_refusals_total", .counter, "Jobs refused because too many waited.", "\(load.refused)")
    }

    private func hashing(_ text: inout MetricsText) {
        let pool = gate.hashing
        text.sample(
            "gatehouse_hashing_depth", .gauge, "Passwords that are hashed now, or wait for it.", "\(pool.depth)")
        text.sample(
            "gatehouse_hashing_done_total", .counter, "Passwords hashed or verified since the start.", "\(pool.done)")
        text.sample(
            "gatehouse_hashing_refusals_total", .counter, "Passwords refused because too many waited.",
            "\(pool.refused)")
    }

    private func retries(_ text: inout MetricsText) {
        let retries = gate.refresh.retries
        text.family(
            "gatehouse_refresh_retries_total", .counter,
            "Second uses of a refresh token that were taken for honest retries, and raised no alarm.")
        text.sample("gatehouse_refresh_retries_total", [("proof", "key")], "\(retries.provenByKey)")
        text.sample("gatehouse_refresh_retries_total", [("proof", "grace")], "\(retries.withinGrace)")
    }

    private func outbox(_ depths: [String: OutboxDepth], _ text: inout MetricsText) {
        // Those of which nothing lies there are told as well, so that an alert on them knows of the channel.
        let channels = [AlertFollower.outboxKind] + AlertChannel.allCases.map(\.rawValue)
        let kinds = Set(channels).union(depths.keys).sorted()
        text.family("gatehouse_outbox_items", .gauge, "Messages that are not delivered, by channel and state.")
        for kind in kinds {
            let depth = depths[kind] ?? OutboxDepth()
            for (state, items) in [("due", depth.due), ("waiting", depth.later), ("dead", depth.dead)] {
                text.sample("gatehouse_outbox_items", [("kind", kind), ("state", state)], "\(items)")
            }
        }
        text.family("gatehouse_outbox_delay_seconds", .gauge, "How long the oldest message that is due has been.")
        for kind in kinds {
            let delay = depths[kind]?.delay ?? .zero
            text.sample("gatehouse_outbox_delay_seconds", [("kind", kind)], "\(Double(delay.milliseconds) / 1000)")
        }
    }

    private func events(_ totals: [String: Int64], _ text: inout MetricsText) {
        let alarms: [(String, String, EventType)] = [
            ("gatehouse_theft_alarms_total", "Alarms of theft of a refresh token.", .tokenTheftDetected),
            ("gatehouse_theft_false_alarms_total", "Those that were likely false.", .tokenTheftLikelyFalse),
        ]
        for (name, help, type) in alarms { text.sample(name, .counter, help, "\(totals[type.rawValue] ?? 0)") }
        text.family("gatehouse_security_events_total", .counter, "Events of the sealed log, by type.")
        for type in EventType.allCases {
            text.sample(
                "gatehouse_security_events_total", [("type", type.rawValue)], "\(totals[type.rawValue] ?? 0)")
        }
    }
}
