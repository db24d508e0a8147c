import Core
import Storage

/// The stages in which a client can be, in the order in which the brokerage has them.
enum StageTable {
    /// The stages of Follow Up Boss, and whatever stages clients are in already.
    static let migration = Migration(
        109, "stages",
        [
            "CREATE TABLE client_stage (name TEXT PRIMARY KEY, position BIGINT NOT NULL)",
            """
            INSERT INTO client_stage (name, position) VALUES ('Leads', 0), ('Hot Prospects', 1), ('Nurture', 2), ('Buyers', 3),
                ('Sellers', 4), ('Pending', 5), ('Closed', 6), ('Past clients', 7), ('Sphere', 8), ('Trash', 9)
            """,
            """
            INSERT INTO client_stage (name, position)
            SELECT DISTINCT stage, 10 FROM client WHERE 1 = 1 ON CONFLICT (name) DO NOTHING
            """,
        ])

    /// The names, in their order.
    static func all(in session: any SQLSession) throws -> [String] {
        try session.rows("SELECT name FROM client_stage ORDER BY position, name").map { try $0.get("name") }
    }

    /// The one in which a client starts when nobody says another.
    static func first(in session: any SQLSession) throws -> String {
        try session.row("SELECT name FROM client_stage ORDER BY position, name LIMIT 1")?.get("name") ?? ""
    }

    /// Whether there is one of that name.
    static func has(_ name: String, in session: any SQLSession) throws -> Bool {
        try session.row("SELECT 1 AS one FROM client_stage WHERE name = \(name)") != nil
    }

    /// Whether a client outside of the trash is in it.
    static func isInUse(_ name: String, in session: any SQLSession) throws -> Bool {
        try session.row("SELECT 1 AS one FROM client WHERE stage = \(name) AND deleted_at IS NULL LIMIT 1") != nil
    }

    /// Puts these in the place of all that there are.
    static func replace(with names: [String], in session: any SQLSession) throws {
        try session.run("DELETE FROM client_stage")
        let values = names.enumerated().map { "(\($1), \($0))" as SQL }
        try session.run("INSERT INTO client_stage (name, position) VALUES \(values.joined(separator: ", "))")
    }
}
