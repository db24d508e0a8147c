import Core
import Storage
import TestSupport
import Testing

@Suite struct `outbox` {
    /// An outbox on a database of its own, and the clock that it goes by.
    private static func open(
        _ kind: DatabaseKind, _ body: @escaping @Sendable (Outbox, any Database, TestWorld) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            _ = try await Migrator(OutboxSchema.migrations).migrate(database, now: time.now)
            try await body(Outbox(database: database, world: time.world), database, time)
        }
    }

    private static func put(_ cause: String, in database: any Database, _ time: TestWorld) async throws {
        let id: OutboxID = time.world.identifier()
        let now = time.now
        try await database.transaction { sql in
            try Outbox.put([1, 2, 3], id: id, kind: "mail", cause: cause, subject: "test", at: now, in: sql)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `holds one item for one cause, and none of a change that failed`(_ kind: DatabaseKind) async throws {
        try await Self.open(kind) { outbox, database, time in
            try await Self.put("a", in: database, time)
            try await Self.put("a", in: database, time)
            struct Failure: Error {}
            let (id, now): (OutboxID, Timestamp) = (time.world.identifier(), time.now)
            await #expect(throws: Failure.self) {
                try await database.transaction { sql in
                    try Outbox.put([1], id: id, kind: "mail", cause: "b", subject: "test", at: now, in: sql)
                    throw Failure()
                }
            }
            #expect(try await outbox.list(nil, limit: 10).count == 1)
            #expect(try await outbox.take(10, of: "sms").isEmpty)
            let taken = try await outbox.take(10, of: "mail")
            #expect(taken.map(\.payload) == [[1, 2, 3]])
            try await outbox.settle(try #require(taken.first))
            try await Self.put("a", in: database, time)
            #expect(try await outbox.take(10, of: "mail").isEmpty, "sent once, whatever repeats its cause")
            let sent = try await outbox.list(.sent, limit: 10)
            #expect(sent.map(\.payload) == [nil], "what it held is forgotten")
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `gives an item to one of many senders, and to another when the lease is over`(
        _ kind: DatabaseKind
    ) async throws {
        try await Self.open(kind) { outbox, database, time in
            for number in 0..<5 { try await Self.put("\(number)", in: database, time) }
            let taken = try await withThrowingTaskGroup(of: [OutboxItem].self) { group in
                for _ in 0..<8 { group.addTask { try await outbox.take(5, of: "mail") } }
                return try await group.reduce(into: [OutboxItem]()) { $0 += $1 }
            }
            #expect(taken.count == 5)
            #expect(Set(taken.map(\.id)).count == 5)
            time.advance(by: Outbox.lease - .milliseconds(1))
            #expect(try await outbox.take(5, of: "mail").isEmpty)
            time.advance(by: .milliseconds(1))
            // The sender died in between: a new one over the same data finds all of it.
            let after = try await Outbox(database: database, world: time.world).take(5, of: "mail")
            #expect(after.map(\.id) == taken.map(\.id).sorted())
            #expect(after.allSatisfy { $0.attempts == 2 })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `loses nothing in an hour without a server, and asks less and less often`(_ kind: DatabaseKind) async throws {
        try await Self.open(kind) { outbox, database, time in
            try await Self.put("a", in: database, time)
            var tries: [Timestamp] = []
            for _ in 0..<720 {
                for item in try await outbox.take(1, of: "mail") {
                    tries.append(time.now)
                    try await outbox.fail(item, because: "no route to host", isHopeless: false)
                }
                time.advance(by: .seconds(5))
            }
            let pauses = zip(tries, tries.dropFirst()).map { ($1 - $0).milliseconds }
            #expect((6...10).contains(tries.count))
            #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 < $1 })
            #expect(try await outbox.list(.waiting, limit: 10).map(\.lastError) == ["no route to host"])
            time.advance(by: .hours(2))
            let item = try #require(try await outbox.take(1, of: "mail").first)
            #expect(item.payload == [1, 2, 3])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `gives up what is hopeless or three days old, until somebody asks again`(_ kind: DatabaseKind) async throws {
        try await Self.open(kind) { outbox, database, time in
            try await Self.put("hopeless", in: database, time)
            try await outbox.fail(
                try #require(try await outbox.take(1, of: "mail").first), because: "550 no such user", isHopeless: true)
            #expect(try await outbox.list(.dead, limit: 10).count == 1)
            try await Self.put("old", in: database, time)
            time.advance(by: Outbox.patience + .milliseconds(1))
            try await outbox.fail(
                try #require(try await outbox.take(1, of: "mail").first), because: "421 busy", isHopeless: false)
            #expect(try await outbox.list(.dead, limit: 10).count == 2)
            #expect(try await outbox.take(2, of: "mail").isEmpty)
            #expect(try await outbox.retry(nil) == 2)
            let again = try await outbox.take(2, of: "mail")
            for item in again { try await outbox.settle(item) }
            #expect(again.count == 2)
            #expect(try await outbox.retry(again.first?.id) == 0, "what was sent is not sent again")
        }
    }
}
