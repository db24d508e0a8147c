import Core
import FoundationEssentials
package import Storage
import StoragePostgres

/// Runs `body` on a database of PostgreSQL in which the product is a guest: it has a schema of its own and may create no extension. `owner` is
/// the same database, opened by who may. Both are removed afterwards, whatever happens.
nonisolated(nonsending) package func withGuestDatabase<T>(
    _ body: (_ guest: any Database, _ owner: any Database) async throws -> T
) async throws -> T {
    guard let url = DatabaseKind.serverURL, var parts = URLComponents(string: url) else {
        throw StorageError.unavailable("there is no server")
    }
    let identifier: Identifier<TestDatabase> = World.live.identifier()
    let name = "guest_" + identifier.description.filter { $0 != "-" }
    func open(_ url: String?) async throws -> any Database {
        try await PostgresDatabase.connect(
            PostgresConfiguration(url: Secret(url ?? ""), poolMaximum: 4, queryTimeout: .seconds(60)), world: .live)
    }
    // Names cannot be bound, and SQL takes no text at run time but as a literal; these we have made ourselves.
    func run(_ text: String, on database: any Database) async throws {
        _ = try await database.rows(SQL(stringLiteral: text))
    }
    let server = try await open(url)
    try await run("CREATE ROLE \(name) LOGIN", on: server)
    try await run("CREATE DATABASE \(name)", on: server)
    parts.path = "/" + name
    let owner = try await open(parts.string)
    try await run("CREATE SCHEMA \(name) AUTHORIZATION \(name)", on: owner)
    parts.user = name
    let guest = try await open(parts.string)
    let result: Result<T, any Error>
    do { result = .success(try await body(guest, owner)) } catch { result = .failure(error) }
    await guest.close()
    await owner.close()
    try await run("DROP DATABASE \(name) WITH (FORCE)", on: server)
    try await run("DROP ROLE \(name)", on: server)
    await server.close()
    return try result.get()
}
