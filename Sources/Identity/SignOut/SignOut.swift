package import Accounts
package import Core
import Guarding
package import SecurityEvents
package import Sessions
package import Storage

/// Ends sessions at their owner's wish.
package struct SignOut: Sendable {
    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let revoked: RevokedSessions
    private let keys: KeyRevocation

    package init(
        database: any Database, world: World, recorder: EventRecorder, revoked: RevokedSessions, keys: KeyRevocation
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.revoked = revoked
        self.keys = keys
    }

    /// Ends this session. Ending an ended one is no error and writes no event.
    package func end(_ session: SessionID, of user: AccountID, from source: RequestSource) async throws {
        try await end(
            where: "id = \(session) AND user_id = \(user)", because: .signedOut,
            event: Event(.logout, in: world, user: user, session: session, from: source, detail: ["scope": "session"]))
    }

    /// Ends every session of the person behind `scope`, this one included, and every API key: *everywhere* is a promise, and whoever asks
    /// for it does not know who else is in.
    package func endAll(_ scope: Scope, from source: RequestSource) async throws {
        try await end(
            where: "user_id = \(scope.userID)", because: .signedOutEverywhere,
            event: Event(
                .logout, in: world, user: scope.userID, session: scope.sessionID, from: source,
                detail: ["scope": "everywhere"])
        ) { sql in
            // What is half-way in must not come in after it.
            try SignInChallenges.kill(of: scope.userID, in: sql)
            try RememberedDevices.forgetAll(of: scope.userID, in: sql)
            _ = try keys.end(
                of: scope.userID, because: .signedOutEverywhere, session: scope.sessionID, from: source, in: sql)
        }
        keys.committed(scope.userID)
    }

    private func end(
        where condition: SQL, because reason: RevocationReason, event: Event,
        also work: @escaping @Sendable (any SQLSession) throws -> Void = { _ in }
    ) async throws {
        let now = world.now()
        let recorder = recorder
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
    }
}
