import Core
import Storage

/// The one row that says how far the log is sealed and where it begins. Whoever seals, prunes or erases holds it.
struct SealedLog: Sendable, Hashable {
    /// What the running transaction may do to rows of the log that is otherwise append-only.
    enum Opening: Int64, Sendable {
        case closed = 0
        case pruning = 1
        case erasure = 2
    }

    /// The place of the last sealed event; 0 when there is none.
    let sequence: Int64
    /// Its link of the chain.
    let mac: Fingerprint
    /// Up to when all is sealed, but for what is committed late: by the clock of the node that sealed it, or the moment of the last sealed
    /// event while more wait.
    let sealedAt: Timestamp
    /// The place of the oldest event whose seal is kept.
    let firstSequence: Int64
    /// The key and the code that say so; `nil` while nothing was pruned.
    let firstKeyID: String?
    let firstMAC: Fingerprint?
    /// How far routine events were pruned.
    let routineSequence: Int64

    private static var columns: SQL {
        "sequence, mac, sealed_at, first_sequence, first_key_id, first_mac, routine_sequence"
    }

    init(_ row: Row?) throws {
        // Without the row nothing is sealed or pruned, and the verification says what is wrong.
        guard let row else { throw StorageError.unexpectedColumn("security_log") }
        sequence = try row.get("sequence")
        mac = try row.get("mac")
        sealedAt = try row.get("sealed_at")
        firstSequence = try row.get("first_sequence")
        firstKeyID = try row.optional("first_key_id")
        firstMAC = try row.optional("first_mac")
        routineSequence = try row.get("routine_sequence")
    }

    /// Reads the row and holds it until the transaction ends: two nodes never seal at once.
    static func held(in sql: any SQLSession) throws -> SealedLog {
        try SealedLog(try sql.row("SELECT \(columns) FROM security_log WHERE id = 1 \(.forUpdate)"))
    }

    /// Reads the row as the transaction sees it.
    static func standing(in sql: any SQLSession) throws -> SealedLog {
        try SealedLog(try sql.row("SELECT \(columns) FROM security_log WHERE id = 1"))
    }

    /// Reads the row as it is now.
    static func read(from database: any Database) async throws -> SealedLog {
        try SealedLog(try await database.rows("SELECT \(columns) FROM security_log WHERE id = 1").first)
    }

    /// Says under `key` that the log begins at `sequence`, because what came before was pruned.
    static func begin(at sequence: Int64, under key: AuditKey, in sql: any SQLSession) throws {
        var code = SealCode(key)
        try sql.run(
            """
            UPDATE security_log
            SET first_sequence = \(sequence), first_key_id = \(key.id), first_mac = \(code.start(sequence)) WHERE id = 1
            """)
    }

    /// Lets the statements of `body` do what the triggers refuse otherwise, in the transaction behind `sql` and nowhere else.
    static func opened<T>(for opening: Opening, in sql: any SQLSession, _ body: () throws -> T) throws -> T {
        try sql.run("UPDATE security_log SET open_for = \(opening.rawValue) WHERE id = 1")
        let result = try body()
        try sql.run("UPDATE security_log SET open_for = \(Opening.closed.rawValue) WHERE id = 1")
        return result
    }
}
