package import Accounts
package import Core
package import SecurityEvents
package import Sessions
package import Storage

/// Who may take clients out: owners, and whom an owner has allowed it. A lender, who comes from outside, never may.
package struct ExportGrants: Sendable {
    static let migration = Migration(
        160, "export grants",
        [
            """
            CREATE TABLE export_grant (
                user_id \(.identifier) PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                granted_by \(.identifier) NOT NULL,
                granted_at BIGINT NOT NULL
            )
            """
        ])

    private let database: any Database
    private let world: World
    private let recorder: EventRecorder

    package init(database: any Database, world: World, recorder: EventRecorder) {
        self.database = database
        self.world = world
        self.recorder = recorder
    }

    /// A grant as owner and admin see it.
    package struct Grant: Sendable, Hashable {
        package let userID: AccountID
        package let grantedBy: AccountID
        package let grantedAt: Timestamp
    }

    /// How a change ended.
    package enum Outcome: Sendable, Hashable {
        case done
        /// There is no such active user, or their role exports without a grant or never.
        case notFound
        case forbidden
    }

    /// The grants that there are, oldest first.
    package func all() async throws -> [Grant] {
        try await database.rows("SELECT user_id, granted_by, granted_at FROM export_grant ORDER BY granted_at, user_id")
            .map {
                Grant(
                    userID: try $0.get("user_id"), grantedBy: try $0.get("granted_by"),
                    grantedAt: try $0.get("granted_at"))
            }
    }

    /// Allows somebody to export, or takes it back. By an owner who has just shown the password.
    package func set(
        _ scope: Scope, _ user: AccountID, isGranted: Bool, proof: FreshReauthentication, from source: RequestSource
    ) async throws -> Outcome {
        guard proof.scope == scope, scope.role == .owner else { return .forbidden }
        return try await database.transaction { sql in
            guard let account = try AccountTable.active(user, in: sql), [.admin, .agent].contains(account.role) else {
                return .notFound
            }
            let now = world.now()
            let changed =
                isGranted
                ? try sql.changes(
                    """
                    INSERT INTO export_grant (user_id, granted_by, granted_at)
                    VALUES (\(user), \(scope.userID), \(now)) ON CONFLICT (user_id) DO NOTHING
                    """)
                : try sql.changes("DELETE FROM export_grant WHERE user_id = \(user)")
            guard changed == 1 else { return .done }
            try recorder.record(
                Event(
                    isGranted ? .exportGranted : .exportGrantRevoked, in: world, user: user, session: scope.sessionID,
                    from: source, detail: ["by": scope.userID.description]), in: sql)
            return .done
        }
    }

    /// Whether `scope` may export.
    static func allow(_ scope: Scope, in sql: any SQLSession) throws -> Bool {
        switch scope.role {
        case .owner: return true
        case .lender: return false
        case .admin, .agent:
            return try sql.row("SELECT 1 AS one FROM export_grant WHERE user_id = \(scope.userID)") != nil
        }
    }
}
