import Core
import Storage
import TestSupport
import Testing

@Suite struct `migrations` {
    private static let first = Migration(1, "counters", [Tables.counters])
    private static let second = Migration(2, "values", [Tables.values, "INSERT INTO counter VALUES ('second', 1)"])
    private let now = TestWorld().now

    @Test(arguments: DatabaseKind.available)
    func `run once, in order, and say what they did`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let one = Migrator([Self.first])
            let both = Migrator([Self.second, Self.first])
            let pending = try await both.pending(in: database)
            #expect(pending.map(\.number) == [1, 2])
            #expect(try await one.migrate(database, now: now).map(\.number) == [1])
            #expect(try await both.pending(in: database).map(\.number) == [2])
            #expect(try await both.migrate(database, now: now).map(\.number) == [2])
            #expect(try await both.migrate(database, now: now).isEmpty)
            #expect(try await both.pending(in: database).isEmpty)
            #expect(try await database.counter("second") == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `started twice at once run once`(_ kind: DatabaseKind) async throws {
        try await withTestDatabase(kind) { place in
            let nodes = [try await place.open(), try await place.open(), try await place.open()]
            let migrator = Migrator([Self.first, Self.second])
            let now = now
            let ran = try await withThrowingTaskGroup(of: Int.self) { group in
                for node in nodes + nodes {
                    group.addTask { try await migrator.migrate(node, now: now).count }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(ran == [0, 0, 0, 0, 0, 2])
            #expect(try await nodes[2].counters() == 1)
            for node in nodes { await node.close() }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that were edited after they ran are refused`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            _ = try await Migrator([Self.first]).migrate(database, now: now)
            let edited = Migrator([Migration(1, "counters", ["CREATE TABLE counter (name TEXT)"]), Self.second])
            await expectRefusal { _ = try await edited.migrate(database, now: now) }
            await expectRefusal { _ = try await edited.pending(in: database) }
            #expect(try await Migrator([Self.first, Self.second]).pending(in: database).map(\.number) == [2])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a newer release are refused by an older one`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            _ = try await Migrator([Self.first, Self.second]).migrate(database, now: now)
            await expectRefusal { _ = try await Migrator([Self.first]).migrate(database, now: now) }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that fail half way leave the schema as it was`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let broken = Migrator([
                Self.first, Migration(2, "broken", [Tables.values, "CREATE TABLE counter (x BIGINT)"]),
            ])
            await #expect(throws: StorageError.self) { _ = try await broken.migrate(database, now: now) }
            let ran = try await Migrator([Self.first, Self.second]).migrate(database, now: now)
            #expect(ran.count == 2)
        }
    }

    private func expectRefusal(_ body: () async throws -> Void) async {
        let error = await #expect(throws: StorageError.self) { try await body() }
        guard case .migrationRefused(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("step"))
    }
}
