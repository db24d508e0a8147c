package import Core
package import Storage
import Synchronization

/// Remembers when each session last made an authenticated request, and writes that down in batches: no request costs a query for it.
///
/// The stored time may lag by the flush interval (30 s); this node always knows better through ``latest(_:)``.
package final class ActivityTracker: Sendable {
    private static let rowsPerStatement = 5_000

    private struct Noted {
        var unwritten: [SessionID: Timestamp] = [:]
        /// What a flush is writing just now: not in the database yet, so still known here alone.
        var underWay: [SessionID: Timestamp] = [:]
    }

    private let state = Mutex(Noted())

    package init() {}

    /// Notes that a person used `session` just now.
    package func note(_ session: SessionID, at now: Timestamp) {
        state.withLock { noted in
            if let known = noted.unwritten[session], known >= now { return }
            noted.unwritten[session] = now
        }
    }

    /// The last activity that is not in the database yet.
    package func latest(_ session: SessionID) -> Timestamp? {
        state.withLock { $0.unwritten[session] ?? $0.underWay[session] }
    }

    /// Writes what was noted since the last flush: one statement for 5,000 sessions. What could not be written is kept for the next.
    /// The rows are locked in the order in which refreshes lock theirs, so that neither waits for the other in a circle.
    package func flush(to database: any Database) async throws {
        let noted = state.withLock { noted in
            noted.underWay = noted.unwritten
            noted.unwritten = [:]
            return noted.underWay
        }
        defer { state.withLock { $0.underWay = [:] } }
        var remaining = Array(noted)
        do {
            while !remaining.isEmpty {
                let values = remaining.suffix(Self.rowsPerStatement).map { "(\($0.key), \($0.value))" as SQL }
                _ = try await database.batch([
                    """
                    WITH noted (id, at) AS (VALUES \(values.joined(separator: ", "))),
                        held AS (
                            SELECT session.id, noted.at FROM session JOIN noted ON noted.id = session.id
                            WHERE session.last_active_at < noted.at ORDER BY session.id \(.forUpdateOf("session")))
                    UPDATE session SET last_active_at = held.at FROM held WHERE session.id = held.id
                    """
                ])
                remaining.removeLast(values.count)
            }
        } catch {
            state.withLock { $0.unwritten.merge(remaining) { later, _ in later } }
            throw error
        }
    }
}
