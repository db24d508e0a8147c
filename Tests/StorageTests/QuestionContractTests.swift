import Storage
import TestSupport
import Testing

@Suite struct `questions that are asked together` {
    @Test(arguments: DatabaseKind.available)
    func `are answered in their order, each after those before it`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            let answers = try await database.transaction { session in
                try session.run("INSERT INTO counter (name, value) VALUES ('a', 1)")
                return try session.ask(
                    Self.value("a"),
                    Question(after: ["UPDATE counter SET value = 5", "UPDATE counter SET value = value + 1"], Self.all)
                    {
                        $0.count
                    },
                    .settled("known"),
                    Question(Self.value("a"), Self.value("b")) { first, second in [first, second] })
            }
            #expect(answers.0 == 1 && answers.1 == 1 && answers.2 == "known" && answers.3 == [6, nil])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cost nothing when there is nothing to ask`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let (word, number) = try await database.transaction { session in
                try session.ask(Question.settled("a"), Question.settled(1))
            }
            #expect(word == "a" && number == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `end the transaction when one fails`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            let error = await #expect(throws: StorageError.self) {
                try await database.transaction { session in
                    let twice: SQL = "INSERT INTO counter (name, value) VALUES ('a', 1), ('a', 2)"
                    _ = try? session.ask(Self.value("a"), Question(after: [twice], Self.all) { $0.count })
                    try session.run("INSERT INTO counter (name, value) VALUES ('b', 1)")
                }
            }
            guard case .constraintViolated = error else { throw Refusal() }
            #expect(try await database.counters() == 0)
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `see what is committed when their turn comes`() async throws {
        try await withDatabase(.postgres) { database in
            try await database.setUp(Tables.counters, "INSERT INTO counter (name, value) VALUES ('a', 1)")
            let (held, go, isAsking) = (Signal(), Signal(), Signal())
            let holder = Task {
                try await database.transaction { session in
                    _ = try session.rows("UPDATE counter SET value = 2 WHERE name = 'a' RETURNING value")
                    held.set()
                    go.wait()
                    try session.run("INSERT INTO counter (name, value) VALUES ('b', 3)")
                }
            }
            await held.hasBeenSet()
            async let answers = database.transaction { session in
                isAsking.set()
                // The second waits behind the row of the first, and must not see what was there before that.
                return try session.ask(
                    Question("SELECT value FROM counter WHERE name = 'a' FOR UPDATE") {
                        try $0.first?.get("value", as: Int.self)
                    },
                    Self.value("b"))
            }
            await isAsking.hasBeenSet()
            go.set()
            try await holder.value
            let (first, second) = try await answers
            #expect(first == 2 && second == 3)
        }
    }

    private static let all: SQL = "SELECT name FROM counter"

    private static func value(_ name: String) -> Question<Int?> {
        Question("SELECT value FROM counter WHERE name = \(name)") { try $0.first?.get("value") }
    }
}

@Suite struct `a commit that waits for the next one's flush` {
    @Test(arguments: DatabaseKind.available)
    func `is there at once, for everybody`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            try await database.transaction { session in
                try session.leaveFlushToNext()
                try session.run("INSERT INTO counter (name, value) VALUES ('a', 1)")
            }
            #expect(try await database.counter("a") == 1)
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `leaves those that follow on its connection as they were`() async throws {
        try await withTestDatabase(.postgres) { place in
            let database = try await place.open(maximum: 1)
            let setting: SQL = "SELECT current_setting('synchronous_commit') AS setting"
            func now() async throws -> String? { try await database.rows(setting).first?.get("setting") }
            _ = try await database.batch(["SELECT set_config('synchronous_commit', 'on', false)"])
            let within: String? = try await database.transaction { session in
                try session.leaveFlushToNext()
                return try session.row(setting)?.get("setting")
            }
            #expect(within == "off")
            #expect(try await now() == "on")
            await database.close()
        }
    }
}
