import Core
import Storage
import TestSupport
import Testing

@Suite struct `values in the database` {
    static let samples: [(Int64?, Double?, String?, [UInt8]?)] = [
        (nil, nil, nil, nil),
        (0, 0, "", []),
        (.min, -.greatestFiniteMagnitude, "naïve 👩‍👩‍👧 \u{1F3E0}", [0]),
        (.max, .leastNonzeroMagnitude, "'; DROP TABLE sample; --", [0, 255, 39, 92, 0]),
        (-1, -0.1, "$1 ? :name \\ \" \n\t", Array(repeating: 7, count: 16)),
        (
            9_007_199_254_740_993, 1e300, String(repeating: "é", count: 100_000),
            Array(repeating: 0xFE, count: 3_000_000)
        ),
    ]

    @Test(arguments: DatabaseKind.available)
    func `come back as they went in`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.values)
            let time = TestWorld()
            for (whole, real, words, blob) in Self.samples {
                let id: Identifier<Self> = time.world.identifier()
                try await database.transaction { session in
                    let changed = try session.changes(
                        """
                        INSERT INTO sample (id, whole, real, words, blob)
                        VALUES (\(id), \(whole), \(real), \(words), \(blob))
                        """)
                    #expect(changed == 1)
                }
                let row = try #require(try await database.rows("SELECT * FROM sample WHERE id = \(id)").first)
                #expect(try row.get("id") == id)
                #expect(try row.optional("whole") == whole)
                #expect(try row.optional("real") == real)
                #expect(try row.optional("words") == words)
                #expect(try row.optional("blob", as: [UInt8].self) == blob)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of moments, truths and addresses read back as what they are`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp("CREATE TABLE fact (at BIGINT, is_true BIGINT, email TEXT)")
            let moment = Timestamp(milliseconds: -1)
            let address = try #require(EmailAddress("ana@example.com"))
            try await database.transaction { session in
                _ = try session.changes("INSERT INTO fact VALUES (\(moment), \(true), \(address))")
            }
            let row = try #require(try await database.rows("SELECT at, is_true, email FROM fact").first)
            #expect(try row.get("at") == moment)
            #expect(try row.get("is_true") == true)
            #expect(try row.get("email") == address)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `that are sums and averages are numbers`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(
                Tables.counters,
                "INSERT INTO counter (name, value) VALUES ('a', 20001), ('b', -3), ('c', 0), ('d', -40000)")
            let row = try #require(
                try await database.rows(
                    """
                    SELECT sum(value) AS total, avg(value) AS mean, min(value) AS least, count(*) AS n,
                        sum(value) * 100000000 AS large, CAST(2.5 AS REAL) AS half
                    FROM counter
                    """
                ).first)
            #expect(try row.get("total") == -20_002)
            #expect(try row.get("mean") == -5000.5)
            #expect(try row.get("least") == -40_000)
            #expect(try row.get("n") == 4)
            #expect(try row.get("large") == -2_000_200_000_000)
            #expect(try row.get("half") == 2.5)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `with a NUL byte are refused and the connection goes on`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            try await database.setUp(Tables.counters)
            await #expect(throws: StorageError.failed("text with a NUL byte cannot be stored")) {
                try await database.transaction { session in
                    try session.run("INSERT INTO counter (name, value) VALUES (\("before"), 1)")
                    try session.run("INSERT INTO counter (name, value) VALUES (\("a\0b"), 1)")
                }
            }
            await #expect(throws: StorageError.failed("text with a NUL byte cannot be stored")) {
                _ = try await database.batch(["SELECT \("a\0b") AS x"])
            }
            #expect(try await database.counters() == 0)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `asked for by a wrong name or kind are an error that names the column`(_ kind: DatabaseKind) async throws {
        try await withDatabase(kind) { database in
            let row = try #require(try await database.rows("SELECT \("x") AS word").first)
            #expect(throws: StorageError.unexpectedColumn("other")) { try row.get("other", as: Int.self) }
            #expect(throws: StorageError.unexpectedColumn("word")) { try row.get("word", as: Int.self) }
        }
    }
}
