package import Core
package import Storage

/// The SQL of sessions that more than one behaviour needs.
package enum SessionTable {
    /// Opens a session.
    package static func insert(_ session: Session, in sql: any SQLSession) throws {
        try sql.run(
            """
            INSERT INTO session
                (id, user_id, generation, rotated_at, rotation_id, rotation_key, created_at, authenticated_at, methods,
                 last_active_at, absolute_expiry, refresh_expiry, revoked_at, revocation_reason, ip, user_agent)
            VALUES
                (\(session.id), \(session.userID), \(session.generation), \(session.rotatedAt), \(SQLValue.null),
                 \(SQLValue.null), \(session.createdAt), \(session.authenticatedAt),
                 \(session.methods.joined(separator: " ")), \(session.lastActiveAt), \(session.absoluteExpiry),
                 \(session.refreshExpiry), \(SQLValue.null), \(SQLValue.null), \(session.ip), \(session.userAgent))
            """)
    }

    /// The session with its account: one row of all that a refusal or an answer needs.
    package static func selectWithAccount(_ id: SessionID) -> SQL { selectWithAccount([id]) }

    /// The same for several sessions, a row each.
    static func selectWithAccount(_ ids: [SessionID]) -> SQL {
        """
        SELECT \(columns), account.id, email, first_name, last_name, role, status, email_verified_at, account.created_at
        FROM session JOIN account ON account.id = session.user_id
        WHERE session.id IN (\(list(ids)))
        """
    }

    /// The sessions for an `IN`.
    static func list(_ ids: [SessionID]) -> SQL { ids.map { "\($0)" as SQL }.joined(separator: ", ") }

    /// The same columns for the `RETURNING` of a statement that changes sessions, which can join nothing.
    static let columnsWithAccount: SQL = {
        let account: [SQL] = [
            "email", "first_name", "last_name", "role", "status", "email_verified_at", "created_at",
        ]
        let looked = account.map {
            "(SELECT account.\($0) FROM account WHERE account.id = session.user_id) AS \($0)" as SQL
        }
        return ([columns, "session.user_id AS id"] + looked).joined(separator: ", ")
    }()

    /// The columns that make a session.
    package static var columns: SQL {
        """
        session.id AS session_id, session.user_id, generation, rotated_at, rotation_key,
        session.created_at AS session_created_at, authenticated_at, methods, last_active_at, absolute_expiry,
        refresh_expiry, revoked_at, revocation_reason, ip, user_agent
        """
    }

    /// Holds for the rows of `session` that are open, as far as the database knows: activity that is not written yet may keep one open that
    /// looks idle.
    package static func isOpen(at now: Timestamp, _ clocks: SessionClocks) -> SQL {
        """
        revoked_at IS NULL AND absolute_expiry > \(now) AND refresh_expiry > \(now)
        AND last_active_at > \(clocks.idleCutoff(at: now))
        """
    }

    /// Whether the session was not ended; its clocks are judged by its tokens. Whoever acts by a key has none, and none is not open.
    package static func isOpen(_ id: SessionID?, in sql: any SQLSession) throws -> Bool {
        try sql.row("SELECT id FROM session WHERE id = \(id) AND revoked_at IS NULL") != nil
    }

    /// Ends the sessions that `condition` picks among those that are open, tells the other nodes, and returns which those were.
    package static func revoke(
        where condition: SQL, at now: Timestamp, because reason: RevocationReason, in sql: any SQLSession
    ) throws -> [SessionID] {
        let ended: [SessionID] = try sql.rows(
            """
            UPDATE session SET revoked_at = \(now), revocation_reason = \(reason.rawValue)
            WHERE revoked_at IS NULL AND absolute_expiry > \(now) AND \(condition)
            RETURNING id
            """
        ).map { try $0.get("id") }
        for start in stride(from: 0, to: ended.count, by: 200) {
            let some = ended[start..<min(start + 200, ended.count)]
            try sql.announce(some.map(\.description).joined(separator: " "), on: .revokedSessions)
        }
        return ended
    }
}

extension Session {
    /// Reads a row of ``SessionTable/selectWithAccount(_:)``.
    package init(_ row: Row) throws {
        let methods: String = try row.get("methods")
        let revokedAt: Timestamp? = try row.optional("revoked_at")
        let reason: String? = try row.optional("revocation_reason")
        self.init(
            id: try row.get("session_id"), userID: try row.get("user_id"), generation: try row.get("generation"),
            rotatedAt: try row.get("rotated_at"), rotationKey: try row.optional("rotation_key"),
            createdAt: try row.get("session_created_at"), authenticatedAt: try row.get("authenticated_at"),
            methods: methods.split(separator: " ").map(String.init), lastActiveAt: try row.get("last_active_at"),
            absoluteExpiry: try row.get("absolute_expiry"), refreshExpiry: try row.get("refresh_expiry"),
            revocation: revokedAt.flatMap { moment in
                RevocationReason(rawValue: reason ?? "").map { Revocation(at: moment, reason: $0) }
            },
            ip: try row.optional("ip"), userAgent: try row.get("user_agent"))
    }
}
