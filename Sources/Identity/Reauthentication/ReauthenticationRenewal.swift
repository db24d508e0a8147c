import Accounts
import Core
import Credentials
import SecurityEvents
import Sessions
import Storage

/// Renews the moment of the last proof in a session, `auth_time`.
struct ReauthenticationRenewal: Sendable {
    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let tickets: SessionTickets
    private let change: FactorChange

    init(
        database: any Database, world: World, recorder: EventRecorder, tickets: SessionTickets, change: FactorChange
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.tickets = tickets
        self.change = change
    }

    /// With what it was proven.
    enum Means: Sendable {
        case password
        case factor(FactorKind, method: String)
    }

    /// Notes the proof in the session and makes tickets that say so.
    func renew(
        _ scope: Scope, by means: Means, from source: RequestSource
    ) async throws -> Reauthenticate.Outcome {
        guard let id = scope.sessionID else { return .sessionRevoked }
        let now = world.now()
        var event = Event(.reauthenticated, in: world, user: scope.userID, session: id, from: source)
        if case .factor(let kind, _) = means { event.detail["factor"] = kind.rawValue }
        let told = event
        let row = try await database.transaction { sql -> Row? in
            let changed = try sql.changes(
                """
                UPDATE session SET authenticated_at = \(now), last_active_at = \(now)
                WHERE id = \(id) AND user_id = \(scope.userID) AND revoked_at IS NULL
                """)
            guard changed == 1 else { return nil }
            if case .factor(_, let method) = means {
                try change.raise(id, by: method, in: sql)
            }
            try recorder.record(told, in: sql)
            return try sql.row(SessionTable.selectWithAccount(id))
        }
        guard let row else { return .sessionRevoked }
        let session = try Session(row)
        return .renewed(try await tickets.grant(session, of: try Account(row), lastActiveAt: now, now: now))
    }
}
