import Core
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `a row that is read in place` {
    @Test(arguments: DatabaseKind.available)
    func `shows what the row holds`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.values)
            let id: Identifier<Self> = TestWorld().world.identifier()
            let words = "naïve \u{1F3E0} \"quoted\"\n"
            try await database.transaction { session in
                _ = try session.changes(
                    """
                    INSERT INTO sample (id, whole, real, words, blob)
                    VALUES (\(id), \(Int64.min), \(1.5), \(words), \([UInt8]([0, 255])))
                    """)
            }
            let statement: SQL = "SELECT id, whole, words, blob, NULL AS missing FROM sample"
            let read = try await database.reduce(statement, into: [String]()) { read, row in
                read += [
                    try row.identifier(0, of: Self.self).description, String(try row.integer(1)), try row.text(2),
                    "\(try row.bytes(3))", String(row.isNull(4)), String(row.isNull(1)),
                ]
            }
            #expect(read == [id.description, String(Int64.min), words, "[0, 255]", "true", "false"])
            let json = try await database.reduce(statement, into: JSONWriter()) { json, row in
                try json.object { object in
                    try object.member("id", identifierOf: 0, in: row)
                    try object.member("words", textOf: 2, in: row)
                    try object.member("missing", momentOf: 4, in: row)
                }
            }
            #expect(
                String(decoding: json.bytes, as: UTF8.self)
                    == #"{"id":"\#(id)","words":"naïve 🏠 \"quoted\"\n","missing":null}"#)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `refuses a column of another kind`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let statement: SQL = "SELECT CAST(7 AS BIGINT) AS number, CAST('seven' AS TEXT) AS words"
            await #expect(throws: StorageError.unexpectedColumn("1")) {
                try await database.reduce(statement, into: 0) { _, row in _ = try row.integer(1) }
            }
            await #expect(throws: StorageError.unexpectedColumn("0")) {
                try await database.reduce(statement, into: 0) { _, row in _ = try row.bytes(0) }
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `is told to start over when reading it takes longer than a moment`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let count = 300_000
            let statement: SQL = """
                WITH RECURSIVE step (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM step WHERE n < \(count))
                SELECT n FROM step
                """
            for _ in 1...3 {
                let sum = try await database.reduce(statement, into: Int64(0)) { sum, row in sum += try row.integer(0) }
                #expect(sum == Int64(count) * Int64(count + 1) / 2)
            }
        }
    }

    @Test(arguments: DatabaseKind.available.filter { $0 == .sqlite })
    func `leaves the thread that asked when it takes longer than a moment`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            func starts(reading statement: SQL) async throws -> Int {
                let starts = Mutex(0)
                try await database.reduce(statement, into: starts.withLock { $0 += 1 }) { _, _ in }
                return starts.withLock { $0 }
            }
            let long: SQL = """
                WITH RECURSIVE step (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM step WHERE n < 300000)
                SELECT count(*) AS n FROM step
                """
            let first = try await starts(reading: long)
            let second = try await starts(reading: long)
            #expect(first == 2)
            #expect(second == 1, "known to take long by now, and not tried")
        }
    }
}
