package import Accounts
package import Core
package import SecurityEvents
package import Sessions
package import Storage

/// Marks identities of exports that wait for a second person.
package enum ExportRequestEntity {}

/// The identity of such a request.
package typealias ExportRequestID = Identifier<ExportRequestEntity>

/// Exports of many clients take two people: one who wants them, and an owner or admin who says so (`EXPORT_APPROVAL_ROWS`).
package struct ExportApprovals: Sendable {
    static let migration = Migration(
        161, "export requests",
        [
            """
            CREATE TABLE export_request (
                id \(.identifier) PRIMARY KEY,
                user_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                format TEXT NOT NULL,
                clients BIGINT NOT NULL,
                requested_at BIGINT NOT NULL,
                approved_by \(.identifier),
                approved_at BIGINT,
                used_at BIGINT
            )
            """,
            "CREATE INDEX export_request_by_user ON export_request (user_id, requested_at)",
        ])

    /// How long a request waits, and how long its approval counts.
    package static let life: Duration = .hours(24)

    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    /// From so many clients on; 0 for never.
    private let threshold: Int

    package init(database: any Database, world: World, recorder: EventRecorder, threshold: Int) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.threshold = threshold
    }

    /// A request as those see it who can approve it.
    package struct Pending: Sendable, Hashable {
        package let id: ExportRequestID
        package let userID: AccountID
        package let format: String
        package let clients: Int
        package let requestedAt: Timestamp
        package let approvedBy: AccountID?
    }

    /// How an approval ended.
    package enum Outcome: Sendable, Hashable {
        case approved
        /// There is none that waits, or it ran out.
        case notFound
        /// The role does not approve, or it is the caller's own request.
        case forbidden
    }

    func isNeeded(for rows: Int) -> Bool { threshold > 0 && rows >= threshold }

    /// The requests that still count: all of them for owner and admin, one's own for others.
    package func list(_ scope: Scope) async throws -> [Pending] {
        let mine: SQL = scope.role.seesEverything ? "" : "AND user_id = \(scope.userID)"
        return try await database.rows(
            """
            SELECT id, user_id, format, clients, requested_at, approved_by FROM export_request
            WHERE used_at IS NULL AND requested_at > \(world.now() - Self.life) \(mine)
            ORDER BY requested_at DESC, id LIMIT 100
            """
        ).map {
            Pending(
                id: try $0.get("id"), userID: try $0.get("user_id"), format: try $0.get("format"),
                clients: try $0.get("clients"), requestedAt: try $0.get("requested_at"),
                approvedBy: try $0.optional("approved_by"))
        }
    }

    /// Lets the request of somebody else through, by an owner or admin who has just shown the password.
    package func approve(
        _ scope: Scope, _ id: ExportRequestID, proof: FreshReauthentication, from source: RequestSource
    ) async throws -> Outcome {
        guard proof.scope == scope, scope.role.seesEverything else { return .forbidden }
        return try await database.transaction { sql in
            let now = world.now()
            let row = try sql.row(
                """
                SELECT user_id FROM export_request WHERE id = \(id) AND approved_at IS NULL AND used_at IS NULL
                    AND requested_at > \(now - Self.life) \(.forUpdate)
                """)
            guard let row else { return .notFound }
            let user: AccountID = try row.get("user_id")
            guard user != scope.userID else { return .forbidden }
            try sql.run(
                "UPDATE export_request SET approved_by = \(scope.userID), approved_at = \(now) WHERE id = \(id)")
            try recorder.record(
                Event(
                    .exportApproved, in: world, user: user, session: scope.sessionID, from: source,
                    detail: ["by": scope.userID.description, "request": id.description]), in: sql)
            return .approved
        }
    }

    /// Notes a request and mails those who can approve it; one of the same kind that waits already is the one that is meant.
    func request(
        _ scope: Scope, rows: Int, format: ExportFormat, notices: Notices, from source: RequestSource,
        in sql: any SQLSession
    ) throws -> ExportRequestID {
        let now = world.now()
        let waiting = try sql.row(
            """
            SELECT id FROM export_request WHERE user_id = \(scope.userID) AND format = \(format.rawValue)
                AND used_at IS NULL AND approved_at IS NULL AND requested_at > \(now - Self.life)
            """)
        if let waiting { return try waiting.get("id") }
        let id: ExportRequestID = world.identifier()
        try sql.run(
            """
            INSERT INTO export_request (id, user_id, format, clients, requested_at)
            VALUES (\(id), \(scope.userID), \(format.rawValue), \(rows), \(now))
            """)
        let event = Event(
            .exportRequested, in: world, user: scope.userID, session: scope.sessionID, from: source,
            detail: ["rows": String(rows), "format": format.rawValue, "request": id.description])
        try recorder.record(event, in: sql)
        if let account = try AccountTable.account(scope.userID, in: sql) {
            let name = "\(account.firstName) \(account.lastName) (\(account.email.shown))"
            for approver in try AccountTable.activeOverseers(in: sql) where approver.id != account.id {
                try notices.post(
                    .exportRequested, to: approver, about: event, values: ["clients": String(rows), "by": name],
                    wayBack: nil, in: sql)
            }
        }
        return id
    }

    /// Uses an approval up; `false` when there is none that counts for so many clients in that format. A tenth more than were asked for may have
    /// come meanwhile.
    static func use(
        _ id: ExportRequestID?, of scope: Scope, rows: Int, format: ExportFormat, at now: Timestamp,
        in sql: any SQLSession
    ) throws -> Bool {
        guard let id else { return false }
        return try sql.changes(
            """
            UPDATE export_request SET used_at = \(now) WHERE id = \(id) AND user_id = \(scope.userID)
                AND approved_at > \(now - Self.life) AND used_at IS NULL
                AND format = \(format.rawValue) AND clients + clients / 10 >= \(rows)
            """) == 1
    }
}
