import Storage
import TestSupport

/// The tables of these tests.
enum Tables {
    /// Holds one value of each kind.
    static let values: SQL = """
        CREATE TABLE sample (
            id \(SQLType.identifier) PRIMARY KEY, whole BIGINT, real DOUBLE PRECISION, words TEXT, blob \(SQLType.bytes)
        )
        """
    /// Holds named numbers.
    static let counters: SQL = """
        CREATE TABLE counter (name TEXT PRIMARY KEY, value BIGINT NOT NULL CONSTRAINT value_is_small CHECK (value < 1000000))
        """
}

extension Database {
    /// Runs statements that return nothing, in one transaction.
    func setUp(_ statements: SQL...) async throws {
        try await transaction { session in
            for statement in statements { try session.run(statement) }
        }
    }

    /// The value of the counter `name`, if there is one.
    func counter(_ name: String) async throws -> Int? {
        try await rows("SELECT value FROM counter WHERE name = \(name)").first?.get("value")
    }

    /// How many counters there are.
    func counters() async throws -> Int {
        try await rows("SELECT count(*) AS n FROM counter").first?.get("n") ?? -1
    }
}

/// What a test's own transaction throws.
struct Refusal: Error, Equatable {}
