import Core
import Storage
import TestSupport
import Testing

@testable import StoragePostgres

@Suite(.enabled(if: DatabaseKind.hasPostgres)) struct `a pool of connections` {
    private static let backend: SQL = "SELECT pg_backend_pid() AS pid"

    private func withPool(_ body: (ConnectionPool, _ watcher: any Database) async throws -> Void) async throws {
        try await withTestDatabase(.postgres) { place in
            let watcher = try await place.open(maximum: 1)
            let configuration = PostgresConfiguration(
                url: Secret(place.location), poolMinimum: 0, queryTimeout: .seconds(30))
            let pool = try ConnectionPool(configuration, world: .live)
            let result: Result<Void, any Error>
            do { result = .success(try await body(pool, watcher)) } catch { result = .failure(error) }
            pool.drain()
            await watcher.close()
            try result.get()
        }
    }

    @Test func `counts those that are out, and no others`() async throws {
        try await withPool { pool, _ in
            #expect(pool.inUse == 0)
            do {
                let (first, second) = (try pool.checkOut(), try pool.checkOut())
                #expect(pool.inUse == 2)
                pool.checkIn(first)
                #expect(pool.inUse == 1)
                // In the middle of a transaction it is not kept.
                try second.command("BEGIN")
                pool.checkIn(second)
                #expect(pool.inUse == 0)
            }
            let again = try pool.checkOut()
            #expect(pool.inUse == 1)
            pool.checkIn(again)
            #expect(pool.inUse == 0)
        }
    }

    @Test func `closes a connection that comes back after it was drained`() async throws {
        try await withPool { pool, watcher in
            func runWhileDraining() throws -> Int {
                let connection = try pool.checkOut()
                defer { pool.checkIn(connection) }
                pool.drain()
                return try #require(try connection.rows(Self.backend).first).get("pid")
            }
            let pid = try runWhileDraining()
            #expect(pool.inUse == 0)
            var isOpen = true
            for _ in 0..<500 where isOpen {
                isOpen = try await !watcher.rows("SELECT pid FROM pg_stat_activity WHERE pid = \(pid)").isEmpty
            }
            #expect(!isOpen)
        }
    }
}
