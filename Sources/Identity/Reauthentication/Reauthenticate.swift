package import Core
package import SecurityEvents
import Storage

/// Proves again that the person behind a session is its owner: the step up before a sensitive action.
package struct Reauthenticate: Sendable {
    let gate: GateParts

    /// What became of it.
    package enum Outcome: Sendable {
        /// `auth_time` is now; the refresh token stays the present one.
        case renewed(SessionGrant)
        case invalidCredentials
        case locked(until: Timestamp)
        case busy
        /// The session ended meanwhile.
        case sessionRevoked
    }

    /// Checks the password of the person behind `scope`. Throws ``HashingPool/Full``.
    package func withPassword(
        _ scope: Scope, _ password: String, deviceCookie: String?, from source: RequestSource
    ) async throws -> Outcome {
        switch try await gate.currentPassword.check(
            scope, password, deviceCookie: deviceCookie, step: "reauthentication", from: source)
        {
        case .right: return try await renew(scope, from: source)
        case .wrong: return .invalidCredentials
        case .locked(let until): return .locked(until: until)
        case .busy: return .busy
        case .sessionRevoked: return .sessionRevoked
        }
    }

    private func renew(_ scope: Scope, from source: RequestSource) async throws -> Outcome {
        let now = gate.world.now()
        let event = Event(.reauthenticated, in: gate.world, user: scope.userID, session: scope.sessionID, from: source)
        let recorder = gate.recorder
        let row = try await gate.database.transaction { sql -> Row? in
            let changed = try sql.run(
                """
                UPDATE session SET authenticated_at = \(now), last_active_at = \(now)
                WHERE id = \(scope.sessionID) AND user_id = \(scope.userID) AND revoked_at IS NULL
                """)
            guard changed == 1 else { return nil }
            try recorder.record(event, in: sql)
            return try sql.row(SessionTable.selectWithAccount(scope.sessionID))
        }
        guard let row else { return .sessionRevoked }
        let session = try Session(row)
        return .renewed(try await gate.tickets.grant(session, of: try Account(row), lastActiveAt: now, now: now))
    }
}
