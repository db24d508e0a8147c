import Core
import Storage
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The open connections that nobody uses now, and the making of further ones.
///
/// Every method but ``inUse`` may block and is called on the database's own threads only. There are as many threads as there may
/// be connections, so no thread ever waits here for a connection that another holds.
final class ConnectionPool: Sendable {
    private struct Resting {
        let connection: PostgresConnection
        let since: Timestamp
    }

    private struct State {
        /// A stack: the last one used is used next, so that those at the bottom stay idle and can be closed.
        var resting: [Resting] = []
        var open = 0
        var backOff = BackOff()
        /// The database is closing: connections that come back are closed.
        var isDrained = false
    }

    private let configuration: PostgresConfiguration
    private let string: ConnectionString
    private let world: World
    private let state = Mutex(State())

    /// Throws when the URL cannot be read; connects to nothing yet.
    init(_ configuration: PostgresConfiguration, world: World) throws {
        self.configuration = configuration
        self.world = world
        string = try ConnectionString(configuration)
    }

    /// Opens connections until there are as many as the configured minimum.
    func fill() throws {
        while state.withLock({ $0.open < configuration.poolMinimum }) { checkIn(try connect()) }
    }

    /// A connection that is alive: a resting one, or a new one.
    ///
    /// One that the server has closed while it was idle is replaced, and the caller does not notice. Throws
    /// ``StorageError/unavailable(_:)`` when no new one can be made; without trying while the last failure is recent (``BackOff``).
    func checkOut() throws -> PostgresConnection {
        while let resting = state.withLock({ $0.resting.popLast() }) {
            if resting.connection.isAlive() { return resting.connection }
            discard()
        }
        return try connect()
    }

    /// How many connections are checked out now.
    var inUse: Int { state.withLock { $0.open - $0.resting.count } }

    /// Takes `connection` back. One that is broken, or in a transaction or a pipeline, is closed; so is every one once the pool was drained.
    func checkIn(_ connection: PostgresConnection) {
        guard connection.isIdle else { return discard() }
        let now = world.now()
        let tired = state.withLock { state -> [Resting] in
            if state.isDrained {
                state.open -= 1
                return []
            }
            state.resting.append(Resting(connection: connection, since: now))
            let surplus = max(0, state.open - configuration.poolMinimum)
            let tired = state.resting.prefix { now - $0.since > configuration.idleTimeout }.prefix(surplus)
            state.resting.removeFirst(tired.count)
            state.open -= tired.count
            return Array(tired)
        }
        // Closing speaks to the server, so it happens here, outside the lock, as the last references go.
        _ = consume tired
    }

    /// Closes the resting connections, and from now on each as it comes back.
    func drain() {
        let resting = state.withLock { state in
            state.isDrained = true
            defer {
                state.open -= state.resting.count
                state.resting = []
            }
            return state.resting
        }
        _ = consume resting
    }

    /// Waits for a random time, longer with each try: the transaction that won the conflict can finish, and those that lost do not all come
    /// back at once.
    func pause(afterTry tries: Int) {
        let chance = world.randomBytes(1).first ?? 0
        _ = poll(nil, 0, 2 + Int32(chance) * Int32(tries) / 16)
    }

    private func connect() throws -> PostgresConnection {
        if let reason = state.withLock({ $0.backOff.refusal(at: world.now()) }) {
            throw StorageError.unavailable(reason)
        }
        do {
            let connection = try PostgresConnection(string, queryTimeout: configuration.queryTimeout)
            state.withLock { state in
                state.backOff.succeeded()
                state.open += 1
            }
            return connection
        } catch {
            let now = world.now()
            let reason = if case StorageError.unavailable(let reason) = error { reason } else { "\(error)" }
            state.withLock { $0.backOff.failed(reason, at: now) }
            throw StorageError.unavailable(reason)
        }
    }

    private func discard() { state.withLock { $0.open -= 1 } }
}
