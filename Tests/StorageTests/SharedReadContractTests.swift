import Core
import Storage
import TestSupport
import Testing

@Suite struct `short reads` {
    @Test(arguments: DatabaseKind.available)
    func `of many callers are each answered with their own rows`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await Self.fill(database)
            let answers = await inParallel(300) { turn -> Int? in
                if turn.isMultiple(of: 2) {
                    return try await database.rows(Self.value(turn % 50), isShort: true).first?.get("value")
                }
                return try await database.reduce(Self.value(turn % 50), isShort: true, into: Int?.none) { value, row in
                    value = Int(try row.integer(0))
                }
            }
            #expect(try answers.map { try $0.get() } == (0..<300).map { $0 % 50 * 10 })
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `fail alone`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await Self.fill(database)
            let answers = await inParallel(200) { turn -> Int? in
                if turn % 20 == 7 { return try await database.rows("SELECT nothing FROM nowhere", isShort: true).count }
                return try await database.rows(Self.value(turn % 50), isShort: true).first?.get("value")
            }
            for (turn, answer) in answers.enumerated() {
                switch answer {
                case .success(let value): #expect(turn % 20 != 7 && value == turn % 50 * 10)
                case .failure(let error): #expect(turn % 20 == 7 && error is StorageError)
                }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `see what was committed before they were asked`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await Self.fill(database)
            for round in 1...30 {
                _ = try await database.batch(["UPDATE counter SET value = \(round) WHERE name = 'row1'"])
                let seen = await inParallel(8) { _ -> Int? in
                    try await database.rows(Self.value(1), isShort: true).first?.get("value")
                }
                #expect(try seen.allSatisfy { try $0.get() == round })
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are refused when the database is closed, and nobody waits for ever`(_ kind: DatabaseKind) async throws {
        try await withTestDatabase(kind) { place in
            let database = try await place.open()
            try await Self.fill(database)
            async let answers = inParallel(100) { turn -> Int? in
                try await database.rows(Self.value(turn % 50), isShort: true).first?.get("value")
            }
            await database.close()
            for answer in await answers {
                guard case .failure(let error) = answer else { continue }
                guard case StorageError.unavailable = error else { throw error }
            }
            await #expect(throws: StorageError.self) { try await database.rows(Self.value(1), isShort: true) }
        }
    }

    /// Runs `body` while a transaction holds what the short read `late` waits for.
    private static func whileOneIsLate(
        queryTimeout: Duration = .seconds(30), after preparing: [SQL] = [],
        _ body: @escaping @Sendable (any Database, _ late: SQL) async throws -> Void
    ) async throws {
        try await withTestDatabase(.postgres) { place in
            let unhurried = try await place.open()
            try await Self.fill(unhurried)
            _ = try await unhurried.batch(preparing)
            await unhurried.close()
            let database = try await place.open(queryTimeout: queryTimeout)
            let late: SQL = "SELECT pg_advisory_xact_lock(hashtext(current_schema()))"
            let (held, go) = (Signal(), Signal())
            let holder = Task {
                try await database.transaction { session in
                    _ = try session.rows(late)
                    held.set()
                    go.wait()
                }
            }
            await held.hasBeenSet()
            let result: Result<Void, any Error>
            do { result = .success(try await body(database, late)) } catch { result = .failure(error) }
            go.set()
            try await holder.value
            await database.close()
            try result.get()
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `are answered while one of them is late, though nobody comes after them`() async throws {
        try await Self.whileOneIsLate { database, late in
            let waiting = Task { try await database.rows(late, isShort: true).count }
            // Again and again: the second lane comes and goes while the first is out.
            for turn in 0..<5 {
                let rows = try await database.rows(Self.value(turn), isShort: true)
                let value = try rows.first?.get("value", as: Int.self)
                #expect(value == turn * 10)
            }
            waiting.cancel()
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `are answered while as many are late as there are lanes, in their groups or alone`() async throws {
        try await Self.whileOneIsLate { database, late in
            // Alone they hold a lane each, with others they are broken off: whichever comes, nobody else waits for them.
            let stuck = Task { await inParallel(3) { _ -> Int? in try await database.rows(late, isShort: true).count } }
            let answers = await inParallel(60) { turn -> Int? in
                try await database.rows(Self.value(turn % 50), isShort: true).first?.get("value")
            }
            let values = try answers.map { try $0.get() }
            #expect(values == (0..<60).map { $0 % 50 * 10 })
            stuck.cancel()
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `that take too long are broken off`() async throws {
        try await Self.whileOneIsLate(queryTimeout: .milliseconds(400)) { database, late in
            await #expect(throws: StorageError.timedOut) { try await database.rows(late, isShort: true) }
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `that took all of their time in a group are not run again`() async throws {
        try await Self.whileOneIsLate(queryTimeout: .milliseconds(200), after: ["CREATE SEQUENCE run"]) {
            database, late in
            // A number that was taken stays taken, whatever becomes of the statement.
            let counted: SQL = "SELECT nextval('run') AS run, (\(late)) AS late"
            let answers = await inParallel(6) { _ in try await database.rows(counted, isShort: true).count }
            for answer in answers { #expect(throws: StorageError.timedOut) { try answer.get() } }
            let runs: Int = try #require(try await database.rows("SELECT last_value FROM run").first).get("last_value")
            #expect(runs == answers.count)
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `that were broken off in a group have the rest of their time alone`() async throws {
        let names = (0..<6).map { "limit\($0)" }
        let sequences = names.map { "CREATE SEQUENCE \(SQL(stringLiteral: $0))" as SQL }
        try await Self.whileOneIsLate(queryTimeout: .milliseconds(600), after: sequences) { database, late in
            let answers = await inParallel(names.count) { turn in
                // Keeps how long it may run this time, whatever becomes of it.
                let limit: SQL = "(SELECT CAST(setting AS BIGINT) FROM pg_settings WHERE name = 'statement_timeout')"
                let noted: SQL = "SELECT setval(\(names[turn]), \(limit)) AS allowed, (\(late)) AS late"
                return try await database.rows(noted, isShort: true).count
            }
            for answer in answers { #expect(throws: StorageError.timedOut) { try answer.get() } }
            var allowed: Set<Int> = []
            for name in names {
                let row = try await database.rows("SELECT last_value FROM \(SQL(stringLiteral: name))").first
                allowed.insert(try #require(row).get("last_value"))
            }
            // The first of a group had 250 of its 600 milliseconds there; whoever ran alone from the start had all.
            #expect(allowed == [350, 600])
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `share their round trips on PostgreSQL`() async throws {
        try await withDatabase(.postgres) { database in
            // The transactions of one round trip begin together.
            let moments = await inParallel(200) { _ -> Int? in
                try await database.rows(
                    "SELECT CAST(EXTRACT(EPOCH FROM transaction_timestamp()) * 1000000 AS BIGINT) AS moment",
                    isShort: true
                ).first?.get("moment")
            }
            let different = try Set(moments.map { try $0.get() })
            #expect(different.count < 200)
        }
    }

    @Test(.enabled(if: DatabaseKind.hasPostgres))
    func `go on after their table was changed`() async throws {
        try await withDatabase(.postgres) { database in
            try await Self.fill(database)
            let all: SQL = "SELECT * FROM counter WHERE name = 'row1'"
            for column in 0..<3 {
                let before = await inParallel(40) { _ -> Int? in try await database.rows(all, isShort: true).count }
                #expect(try before.allSatisfy { try $0.get() == 1 })
                _ = try await database.batch([SQL(stringLiteral: "ALTER TABLE counter ADD COLUMN more\(column) BIGINT")]
                )
            }
        }
    }

    private static func fill(_ database: any Database) async throws {
        try await database.setUp(Tables.counters)
        try await database.transaction { session in
            for row in 0..<50 {
                try session.run("INSERT INTO counter (name, value) VALUES (\("row\(row)"), \(row * 10))")
            }
        }
    }

    private static func value(_ row: Int) -> SQL { "SELECT value FROM counter WHERE name = \("row\(row)")" }
}
