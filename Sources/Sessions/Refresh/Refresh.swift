package import Accounts
package import Core
import Crypto
import Guarding
package import SecurityEvents
package import Storage

/// Exchanges refresh tokens: rotation, honest retries, theft.
package struct Refresh: Sendable {
    let database: any Database
    let world: World
    private let recorder: EventRecorder
    let tickets: SessionTickets
    let activity: ActivityTracker
    private let revoked: RevokedSessions
    let policy: RotationPolicy
    private let notices: Notices
    /// How many second uses were taken for honest retries.
    package let retries = RefreshRetries()

    package init(
        database: any Database, world: World, recorder: EventRecorder, tickets: SessionTickets,
        activity: ActivityTracker, revoked: RevokedSessions, policy: RotationPolicy,
        notices: Notices
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.tickets = tickets
        self.activity = activity
        self.revoked = revoked
        self.policy = policy
        self.notices = notices
    }

    /// What became of a refresh.
    package enum Outcome: Sendable {
        case granted(SessionGrant)
        case refused(RefreshRefusal)
    }

    /// Exchanges `presented` for its successor.
    ///
    /// The hot path is one round trip: one conditional `UPDATE` that only one of any number of rivals can win, and the event
    /// that depends on it. Only a refusal reads the state that explains it. `idempotencyKey` makes a retry of the same exchange
    /// get the same answer, as long as the successor was never used.
    package func exchange(
        _ presented: String, idempotencyKey: String?, from source: RequestSource
    ) async throws -> Outcome {
        guard let token = tickets.refreshTokens.recognize(presented) else { return .refused(.invalid) }
        let keyHash = Self.keyHash(idempotencyKey)
        // What another node writes between the statements can make the state look right that has just refused: its activity, for
        // one. The second try then succeeds, or sees why not.
        for _ in 1...2 {
            if let outcome = try await attempt(token, keyHash: keyHash, from: source) { return outcome }
        }
        return .refused(.invalid)
    }

    static func keyHash(_ idempotencyKey: String?) -> [UInt8]? {
        idempotencyKey.map { Array(SHA256.hash(data: Array($0.utf8))) }
    }

    /// One try; `nil` when the state that was read does not explain why the exchange was refused.
    private func attempt(
        _ token: PresentedRefreshToken, keyHash: [UInt8]?, from source: RequestSource
    ) async throws -> Outcome? {
        let now = world.now()
        let noted = activity.latest(token.sessionID)
        let event = Event(.tokenRefresh, in: world, session: token.sessionID, from: source)
        let rotation = rotation(of: token, keyHash: keyHash, noted: noted, event: event, now: now)
        let results = try await database.batch(
            [rotation]
                + recorder.statements(
                    event, from: "session", where: "id = \(token.sessionID) AND rotation_id = \(event.id)"),
            locking: token.sessionID.bytes)
        if let row = results.first?.first {
            let (session, account) = (try Session(row), try Account(row))
            return .granted(
                try await tickets.grant(session, of: account, lastActiveAt: session.lastActiveAt, now: now))
        }
        guard let row = try await database.rows(SessionTable.selectWithAccount(token.sessionID), isShort: true).first
        else {
            return .refused(.invalid)
        }
        let (session, account) = (try Session(row), try Account(row))
        let lastActiveAt = max(session.lastActiveAt, noted ?? session.lastActiveAt)
        let decision = RefreshDecision.decide(
            session, accountIsActive: account.status == .active, presentedGeneration: token.generation,
            keyHash: keyHash, lastActiveAt: lastActiveAt, now: now, clocks: tickets.clocks, policy: policy)
        switch decision {
        case .replay:
            retries.note(isProvenByKey: keyHash != nil && session.rotationKey == keyHash)
            return .granted(try await tickets.grant(session, of: account, lastActiveAt: lastActiveAt, now: now))
        case .theft:
            return .refused(try await punishTheft(of: token, session, by: policy.theftResponse, from: source))
        case .refuse(let refusal): return .refused(refusal)
        case .rotate: return nil
        }
    }

    private func rotation(
        of token: PresentedRefreshToken, keyHash: [UInt8]?, noted: Timestamp?, event: Event, now: Timestamp
    ) -> SQL {
        let cutoff = tickets.clocks.idleCutoff(at: now)
        let noted = noted ?? Timestamp(milliseconds: .min)
        return """
            UPDATE session SET
                generation = generation + \(policy.rotates ? 1 : 0), rotated_at = \(now), rotation_id = \(event.id),
                rotation_key = \(keyHash), refresh_expiry = \(tickets.clocks.refreshExpiry(from: now)),
                last_active_at = CASE WHEN last_active_at < \(noted) THEN \(noted) ELSE last_active_at END
            WHERE id = \(token.sessionID) AND generation = \(token.generation) AND revoked_at IS NULL
                AND absolute_expiry > \(now) AND refresh_expiry > \(now)
                AND (last_active_at > \(cutoff) OR \(noted) > \(cutoff))
                AND EXISTS (SELECT 1 FROM account WHERE account.id = session.user_id AND status = 'active')
            RETURNING \(SessionTable.columnsWithAccount)
            """
    }

    /// Ends the sessions and writes the alarm, once: of many copies presented together the first raises it, the rest find the
    /// session revoked.
    func punishTheft(
        of token: PresentedRefreshToken, _ session: Session, by response: RotationPolicy.TheftResponse,
        from source: RequestSource
    ) async throws -> RefreshRefusal {
        let now = world.now()
        let event = Event(
            .tokenTheftDetected, in: world, user: session.userID, session: session.id, from: source,
            detail: [
                "presentedGeneration": String(token.generation), "currentGeneration": String(session.generation),
                "millisecondsSinceRotation": String((now - session.rotatedAt).milliseconds),
                "response": response.rawValue,
            ])
        let (recorder, notices) = (recorder, notices)
        let ended: [SessionID]? = try await database.transaction { sql in
            // Held until the end, so that two copies presented at once are judged one after the other.
            let live = try sql.row(
                """
                SELECT generation, rotation_id FROM session WHERE id = \(session.id) AND revoked_at IS NULL
                \(.forUpdate)
                """)
            guard let live else { return nil }
            let condition: SQL =
                response == .user ? "user_id = \(session.userID)" : "id = \(session.id)"
            let ended = try SessionTable.revoke(where: condition, at: now, because: .theft, in: sql)
            // Whichever of the two the thief is: their browser is no longer one that we know.
            try DeviceCookies.forgetAll(of: session.userID, in: sql)
            var told = event
            // Of a token before the predecessor nobody knows who exchanged it.
            let isPredecessor = try live.get("generation") == token.generation + 1
            told.detail["sameClient"] = String(
                try isPredecessor
                    && TheftAlarm.isOneClient(try live.optional("rotation_id"), and: source, in: sql))
            told.detail["endedSessions"] = String(ended.count)
            try recorder.record(told, in: sql)
            if let account = try AccountTable.account(session.userID, in: sql) {
                try notices.post(.tokenTheft, to: account, about: told, in: sql)
            }
            return ended
        }
        guard let ended else { return .sessionRevoked }
        revoked.insert(ended, now: now)
        return .reused
    }
}
