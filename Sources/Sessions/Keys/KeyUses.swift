package import Core
package import Storage
import Synchronization

/// Remembers when and from where each API key was last used, and writes that down in batches: no request costs a query for it.
///
/// What is stored may lag by the flush interval; this node always knows better through ``latest(_:)``.
package final class KeyUses: Sendable {
    private static let rowsPerStatement = 5_000

    /// When and from where.
    package struct Use: Sendable, Hashable {
        package let at: Timestamp
        package let address: IPAddress?
    }

    private struct Noted {
        var unwritten: [APIKeyID: Use] = [:]
        /// What a flush is writing just now: not in the database yet, so still known here alone.
        var underWay: [APIKeyID: Use] = [:]
    }

    private let state = Mutex(Noted())

    package init() {}

    /// Notes that `key` was used just now.
    package func note(_ key: APIKeyID, at now: Timestamp, from address: IPAddress?) {
        state.withLock { noted in
            if let known = noted.unwritten[key], known.at > now { return }
            noted.unwritten[key] = Use(at: now, address: address)
        }
    }

    /// The last use that is not in the database yet.
    package func latest(_ key: APIKeyID) -> Use? {
        state.withLock { $0.unwritten[key] ?? $0.underWay[key] }
    }

    /// Writes what was noted since the last flush: one statement for 5,000 keys. What could not be written is kept for the next.
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
                let written = remaining.suffix(Self.rowsPerStatement)
                _ = try await database.batch([Self.statement(written)])
                remaining.removeLast(written.count)
            }
        } catch {
            state.withLock { $0.unwritten.merge(remaining) { later, _ in later } }
            throw error
        }
    }

    /// Rows are locked in one order on every node, so that no two wait for each other.
    private static func statement(_ uses: some Collection<(key: APIKeyID, value: Use)>) -> SQL {
        let values = uses.map { "(\($0.key), \($0.value.at), \($0.value.address?.description ?? ""))" as SQL }
        return """
            WITH noted (id, at, ip) AS (VALUES \(values.joined(separator: ", "))),
                held AS (
                    SELECT api_key.id, noted.at, noted.ip FROM api_key JOIN noted ON noted.id = api_key.id
                    WHERE COALESCE(api_key.last_used_at, 0) < noted.at ORDER BY api_key.id \(.forUpdateOf("api_key")))
            UPDATE api_key SET last_used_at = held.at, last_used_ip = NULLIF(held.ip, '')
            FROM held WHERE api_key.id = held.id
            """
    }
}
