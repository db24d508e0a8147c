import FoundationEssentials

/// The databases that a contract is tested on.
package enum DatabaseKind: String, CaseIterable, Sendable {
    /// A file in the folder for temporary files.
    case sqlite
    /// The server that `TEST_DATABASE_URL` names; `bin/with-postgres` starts one and names it.
    case postgres

    /// SQLite always; PostgreSQL when there is a server.
    ///
    /// With `GATEHOUSE_REQUIRE_POSTGRES=1` its absence stops the run: a suite that quietly tests half of what it should is
    /// worse than none.
    package static var available: [DatabaseKind] {
        let environment = ProcessInfo.processInfo.environment
        let isRequired = environment["GATEHOUSE_REQUIRE_POSTGRES"] == "1"
        precondition(!isRequired || serverURL != nil, "TEST_DATABASE_URL is not set, but PostgreSQL must be tested")
        return serverURL == nil ? [.sqlite] : [.sqlite, .postgres]
    }

    /// Whether there is a PostgreSQL to test on.
    package static var hasPostgres: Bool { available.contains(.postgres) }

    /// The URL of the test server.
    package static var serverURL: String? {
        let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"]
        return url?.isEmpty == false ? url : nil
    }
}
