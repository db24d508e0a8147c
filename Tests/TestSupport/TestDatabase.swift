package import Core
import FoundationEssentials
package import Storage
import StoragePostgres
import StorageSQLite

/// A place for data of one test: a file of SQLite, or a schema of PostgreSQL. Several databases can be opened on it.
package struct TestDatabase: Sendable {
    /// Which database this is.
    package let kind: DatabaseKind
    /// The path of the file, or the URL that leads to the schema.
    package let location: String

    private let name: String

    /// An empty place that nobody else has.
    package static func make(_ kind: DatabaseKind) async throws -> TestDatabase {
        let identifier: Identifier<TestDatabase> = World.live.identifier()
        let name = "test_" + identifier.description.filter { $0 != "-" }
        switch kind {
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return TestDatabase(kind: kind, location: folder + "/test.db", name: folder)
        case .postgres:
            guard let url = DatabaseKind.serverURL else { throw StorageError.unavailable("there is no server") }
            try await onServer(url, "CREATE SCHEMA ", name)
            let separator = url.contains("?") ? "&" : "?"
            return TestDatabase(kind: kind, location: url + separator + "options=-csearch_path%3D" + name, name: name)
        }
    }

    /// Opens the place. `maximum` connections and `longestQueue` are for PostgreSQL.
    package func open(
        queryTimeout: Duration = .seconds(30), maximum: Int = 8, longestQueue: Int? = nil, world: World = .live
    ) async throws -> any Database {
        switch kind {
        case .sqlite: return try SQLiteDatabase(path: location, queryTimeout: queryTimeout)
        case .postgres:
            var configuration = PostgresConfiguration(
                url: Secret(location), poolMaximum: maximum, queryTimeout: queryTimeout)
            if let longestQueue { configuration.longestQueue = longestQueue }
            return try await PostgresDatabase.connect(configuration, world: world)
        }
    }

    /// Removes the data.
    package func remove() async throws {
        switch kind {
        case .sqlite: try FileManager.default.removeItem(atPath: name)
        case .postgres:
            guard let url = DatabaseKind.serverURL else { return }
            try await Self.onServer(url, "DROP SCHEMA ", name + " CASCADE")
        }
    }

    private static func onServer(_ url: String, _ verb: String, _ object: String) async throws {
        let configuration = PostgresConfiguration(url: Secret(url), poolMaximum: 1, queryTimeout: .seconds(60))
        let server = try await PostgresDatabase.connect(configuration, world: .live)
        // Names cannot be bound, and SQL takes no text at run time but as a literal; this one we have made ourselves.
        _ = try await server.rows(SQL(stringLiteral: verb + object))
        await server.close()
    }
}

/// Runs `body` on a fresh, empty database of `kind`, which is closed and removed afterwards, whatever happens.
nonisolated(nonsending) package func withDatabase<T>(
    _ kind: DatabaseKind, _ body: (any Database) async throws -> T
) async throws -> T {
    try await withTestDatabase(kind) { place in
        let database = try await place.open()
        let result: Result<T, any Error>
        do { result = .success(try await body(database)) } catch { result = .failure(error) }
        await database.close()
        return try result.get()
    }
}

/// Runs `body` on a fresh, empty place for a database of `kind`, which is removed afterwards, whatever happens. `body` closes
/// what it opens.
nonisolated(nonsending) package func withTestDatabase<T>(
    _ kind: DatabaseKind, _ body: (TestDatabase) async throws -> T
) async throws -> T {
    let place = try await TestDatabase.make(kind)
    let result: Result<T, any Error>
    do { result = .success(try await body(place)) } catch { result = .failure(error) }
    try await place.remove()
    return try result.get()
}
