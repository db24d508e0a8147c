package import Core

/// Where the data is, and how it is reached.
package struct DatabaseSettings: Sendable {
    /// Which database, and where.
    package enum Location: Sendable {
        /// The path of a file.
        case sqlite(path: String)
        /// A URL, which may hold a password.
        case postgres(url: Secret<String>)
    }

    /// `DB_SSL_MODE`: libpq's words.
    package enum SSLMode: String, Sendable, CaseIterable {
        case disable, allow, prefer, require
        case verifyCA = "verify-ca"
        case verifyFull = "verify-full"
    }

    package let location: Location
    package let poolMinimum: Int
    package let poolMaximum: Int
    package let queryTimeout: Duration
    /// `DB_SSL_MODE`.
    package let sslMode: SSLMode
    /// Whether the database is on another machine.
    let isRemote: Bool

    init(_ reader: inout SettingsReader, dataDirectory: String) {
        reader.section("Database")
        let standard = "sqlite:\(dataDirectory)/gatehouse.db"
        let url = reader.secret(
            "DATABASE_URL", "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME; by default \(standard).")
        let text = url?.exposed ?? standard
        if text.hasPrefix("sqlite:") {
            var path = text.dropFirst("sqlite:".count)
            if path.hasPrefix("//") { path = path.dropFirst(2) }
            location = .sqlite(path: String(path))
            isRemote = false
        } else if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") {
            location = .postgres(url: Secret(text))
            isRemote = Self.isRemote(text)
        } else {
            reader.refuse("DATABASE_URL", "must start with sqlite: or postgres://.")
            location = .sqlite(path: "")
            isRemote = false
        }
        poolMinimum = reader.integer(
            "DB_CONNECTION_POOL_MIN", default: 2, in: 0...1000, "Connections to PostgreSQL that are kept open.")
        poolMaximum = reader.integer(
            "DB_CONNECTION_POOL_MAX", default: 10, in: 1...1000, "The most connections to PostgreSQL.")
        if poolMinimum > poolMaximum {
            reader.refuse("DB_CONNECTION_POOL_MIN", "must not be more than DB_CONNECTION_POOL_MAX.")
        }
        let milliseconds = reader.integer(
            "DB_QUERY_TIMEOUT_MS", default: 30_000, in: 100...3_600_000, "The longest that a statement may run.")
        queryTimeout = .milliseconds(milliseconds)
        sslMode = reader.choice(
            "DB_SSL_MODE", default: Self.sslMode(in: text) ?? (isRemote ? .require : .prefer),
            "TLS to PostgreSQL, in libpq's words; by default require, on this machine prefer. Only verify-full proves who the "
                + "server is; ?sslrootcert=PATH in DATABASE_URL names the authority that it trusts.")
    }

    /// Whether the URL names a host that is not this machine. A path is that of a socket.
    private static func isRemote(_ url: String) -> Bool {
        let rest = url.drop { $0 != "/" }.dropFirst(2)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let hosts = [authority.split(separator: "@").last ?? ""] + parameters("host", of: url)
        return hosts.flatMap { $0.split(separator: ",") }.contains { entry in
            let host = entry.first == "[" ? entry.dropFirst().prefix { $0 != "]" } : entry.prefix { $0 != ":" }
            let isSocket = host.hasPrefix("/") || host.lowercased().hasPrefix("%2f")
            return !host.isEmpty && !isSocket && host != "localhost" && IPAddress(host)?.isLoopback != true
        } || parameters("hostaddr", of: url).contains { IPAddress($0)?.isLoopback != true }
    }

    /// What the URL itself says about TLS; `DB_SSL_MODE` goes before it.
    private static func sslMode(in url: String) -> SSLMode? {
        parameters("sslmode", of: url).last.flatMap { SSLMode(rawValue: String($0)) }
    }

    /// The values of a parameter in the query of the URL.
    private static func parameters(_ name: String, of url: String) -> [Substring] {
        url.drop { $0 != "?" }.dropFirst().split(separator: "&").filter { $0.hasPrefix(name + "=") }
            .map { $0.dropFirst(name.count + 1) }
    }
}
