package import Core
import Storage

/// Where the PostgreSQL database is, and how much of it this process may use.
package struct PostgresConfiguration: Sendable {
    /// A connection URL or string of libpq (`postgres://user:password@host/name?option=value`); several hosts may be named.
    package var url: Secret<String>
    /// How many connections stay open when nothing happens.
    package var poolMinimum: Int
    /// How many connections may be open at once.
    package var poolMaximum: Int
    /// How many jobs may wait for a connection; past it callers get ``StorageError/overloaded``.
    package var longestQueue: Int = 10_000
    /// How long one statement may run before it is cut off with ``StorageError/timedOut``.
    package var queryTimeout: Duration
    /// Overrides the URL's `sslmode`: `disable`, `allow`, `prefer`, `require`, `verify-ca` or `verify-full`, of which only
    /// the last proves who the server is. Any other word is refused when connecting.
    package var sslMode: String?
    /// The name under which the server lists our connections.
    package var applicationName = "gatehouse"
    /// How long a connection above the minimum may lie idle before it is closed.
    package var idleTimeout: Duration = .minutes(5)

    /// A database to connect to. `poolMaximum` is taken as at least 1, and `poolMinimum` as at most that.
    package init(
        url: Secret<String>, poolMinimum: Int = 1, poolMaximum: Int = 10, queryTimeout: Duration,
        sslMode: String? = nil
    ) {
        self.url = url
        self.poolMaximum = max(1, poolMaximum)
        self.poolMinimum = min(max(0, poolMinimum), self.poolMaximum)
        self.queryTimeout = queryTimeout
        self.sslMode = sslMode
    }
}
