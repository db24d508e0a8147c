package import Accounts
package import Core
package import SecurityEvents
package import Storage

/// The sessions that a person has open: to see them, and to end one that should not be.
package struct OpenSessions: Sendable {
    private let database: any Database
    private let world: World
    private let clocks: SessionClocks
    private let recorder: EventRecorder
    private let activity: ActivityTracker
    private let revoked: RevokedSessions
    private let keys: KeyRevocation

    package init(
        database: any Database, world: World, clocks: SessionClocks, recorder: EventRecorder, activity: ActivityTracker,
        revoked: RevokedSessions, keys: KeyRevocation
    ) {
        self.database = database
        self.world = world
        self.clocks = clocks
        self.recorder = recorder
        self.activity = activity
        self.revoked = revoked
        self.keys = keys
    }

    /// A session as its owner sees it.
    package struct Listed: Sendable, Hashable {
        package let session: Session
        /// Known to this node, when that is later than what is stored.
        package let lastActiveAt: Timestamp
        /// When it ends if nobody touches it again.
        package let expiresAt: Timestamp
    }

    /// The open sessions of `user`, the one used last first: one query.
    package func list(of user: AccountID) async throws -> [Listed] {
        let now = world.now()
        // Idle is judged below, by what this node knows: the stored activity lags.
        let rows = try await database.rows(
            """
            SELECT \(SessionTable.columns) FROM session
            WHERE user_id = \(user) AND revoked_at IS NULL AND absolute_expiry > \(now) AND refresh_expiry > \(now)
            """)
        return try rows.map { row in
            let session = try Session(row)
            let lastActiveAt = max(session.lastActiveAt, activity.latest(session.id) ?? session.lastActiveAt)
            return Listed(
                session: session, lastActiveAt: lastActiveAt,
                expiresAt: clocks.expiry(of: session, lastActiveAt: lastActiveAt))
        }
        .filter { $0.expiresAt > now }
        .sorted { $0.lastActiveAt > $1.lastActiveAt }
    }

    /// Ends one session of the person behind `scope`, the present one too; `false` when they have no such session open, which is also
    /// the answer for somebody else's.
    package func end(_ session: SessionID, _ scope: Scope, from source: RequestSource) async throws -> Bool {
        let ended = try await end(
            where: "id = \(session) AND user_id = \(scope.userID)", because: .endedByOwner,
            telling: Event(.sessionRevoked, in: world, user: scope.userID, session: session, from: source))
        return !ended.isEmpty
    }

    /// Ends every session of `user`, and every API key, at the word of an owner, an admin or the operator; how many sessions those were.
    package func endAll(of user: AccountID, by admin: AccountID?, from source: RequestSource) async throws -> Int {
        let event = Event(
            .sessionRevoked, in: world, user: user, from: source,
            detail: ["by": admin?.description ?? "operator", "scope": "everywhere"])
        let ended = try await end(where: "user_id = \(user)", because: .endedByAdmin, telling: event) { sql in
            _ = try keys.end(of: user, because: .endedByAdmin, from: source, in: sql)
        }
        keys.committed(user)
        return ended.count
    }

    /// Ends one session at the word of the operator; `false` when it is not open.
    package func end(_ session: SessionID, from source: RequestSource) async throws -> Bool {
        let rows = try await database.rows("SELECT user_id FROM session WHERE id = \(session)")
        guard let user: AccountID = try rows.first?.get("user_id") else { return false }
        let event = Event(
            .sessionRevoked, in: world, user: user, session: session, from: source, detail: ["by": "operator"])
        return try await !end(where: "id = \(session)", because: .endedByAdmin, telling: event).isEmpty
    }

    private func end(
        where condition: SQL, because reason: RevocationReason, telling event: Event,
        also work: @escaping @Sendable (any SQLSession) throws -> Void = { _ in }
    ) async throws -> [SessionID] {
        let now = world.now()
        let ended = try await database.transaction { sql in
            let ended = try SessionTable.revoke(where: condition, at: now, because: reason, in: sql)
            if !ended.isEmpty {
                var told = event
                told.detail["endedSessions"] = String(ended.count)
                try recorder.record(told, in: sql)
            }
            try work(sql)
            return ended
        }
        revoked.insert(ended, now: now)
        return ended
    }
}
