package import Core
package import SecurityEvents
import Storage

/// The way back for somebody who has lost every factor and every recovery code: an owner or admin starts it, its owner is told, it waits, and
/// its owner can stop it from any session or from the mail. When the time has passed, the next sign-in with the right password takes the
/// lost factors away.
///
/// "Ask an admin to switch it off" is a hole for whoever can talk an admin into it; the wait and the mail close it.
package struct FactorRecovery: Sendable {
    let gate: GateParts

    /// Whether a recovery that is due at `moment` may be used.
    static func isDue(_ moment: Timestamp, at now: Timestamp) -> Bool {
        moment <= now && now < moment + MFAPolicy.recoveryLife
    }

    /// Stops the recovery of the person behind `scope`; `false` when there is none.
    package func stop(_ scope: Scope, from source: RequestSource) async throws -> Bool {
        let gate = gate
        return try await gate.database.transaction { sql in
            try Self.stop(scope.userID, by: "owner", session: scope.sessionID, from: source, gate, in: sql)
        }
    }

    /// Whether the link behind `token` would be accepted now.
    package func counts(_ token: String) async throws -> Bool {
        let links = gate.links
        return try await gate.database.read { sql in try links.find(token, for: [.stopRecovery], in: sql) } != nil
    }

    /// Stops the recovery that the mailed `token` is about; `false` when the link does not count any more.
    package func stop(_ token: String, from source: RequestSource) async throws -> Bool {
        let gate = gate
        return try await gate.database.transaction { sql in
            guard let link = try gate.links.use(token, for: [.stopRecovery], in: sql) else { return false }
            _ = try Self.stop(link.account, by: "mail", session: nil, from: source, gate, in: sql)
            return true
        }
    }

    /// Forgets a recovery, if there is one, and says who stopped it.
    static func stop(
        _ account: AccountID, by: String, session: SessionID?, from source: RequestSource, _ gate: GateParts,
        in sql: any SQLSession
    ) throws -> Bool {
        guard try sql.changes("DELETE FROM mfa_recovery WHERE account_id = \(account)") == 1 else { return false }
        try gate.recorder.record(
            Event(
                .mfaRecoveryStopped, in: gate.world, user: account, session: session, from: source, detail: ["by": by]),
            in: sql)
        return true
    }

    /// Takes every factor of `account` away; the sessions that ended.
    func removeAll(
        _ account: Account, from source: RequestSource, by: String, in sql: any SQLSession
    ) throws -> [SessionID] {
        let tables: [SQL] = ["mfa_totp", "mfa_phone", "mfa_recovery_code", "passkey", "mfa_recovery"]
        for table in tables { try sql.run("DELETE FROM \(table) WHERE account_id = \(account.id)") }
        try FactorGuard(gate: gate).forgive(account.id, in: sql)
        return try FactorChange(gate: gate).follow(
            .init(
                account: account, event: .mfaDisabled, factor: "all", isAdded: false, source: source,
                detail: ["by": by]), in: sql)
    }
}

extension Team {
    /// Starts the recovery of somebody who has lost every factor. Not for the caller's own account: then an admin's stolen session could take
    /// the admin's factors away.
    package func startFactorRecovery(
        _ actor: TeamActor, of id: AccountID, from source: RequestSource
    ) async throws -> Outcome {
        guard actor.userID != id else { return .forbidden }
        return try await change(actor, id) { account, sql in
            let now = gate.world.now()
            let due = now + gate.mfa.recoveryDelay
            let started = try sql.row(
                """
                INSERT INTO mfa_recovery (account_id, started_by, started_at, due_at)
                VALUES (\(id), \(actor.userID), \(now), \(due))
                ON CONFLICT (account_id) DO NOTHING RETURNING due_at
                """)
            // Started twice is started once: the wait does not begin anew, nor is it cut short.
            guard started != nil else { return Change(account) }
            let event = Event(
                .mfaRecoveryStarted, in: gate.world, user: id, from: source,
                detail: ["by": actor.description, "dueAt": due.iso8601])
            try gate.recorder.record(event, in: sql)
            let token = gate.links.newToken()
            try gate.links.write(token, .stopRecovery, of: id, about: account.email.text, in: sql)
            let hours = String(gate.mfa.recoveryDelay.milliseconds / 3_600_000)
            try gate.notices.post(
                .factorRecoveryStarted, to: account, about: event,
                values: ["link": gate.mailbox.link(LinkPurpose.stopRecovery.path, token: token), "hours": hours],
                in: sql)
            return Change(account)
        }
    }

    /// Stops it again.
    package func stopFactorRecovery(
        _ actor: TeamActor, of id: AccountID, from source: RequestSource
    ) async throws -> Outcome {
        try await change(actor, id) { account, sql in
            _ = try FactorRecovery.stop(id, by: actor.description, session: nil, from: source, gate, in: sql)
            return Change(account)
        }
    }

    /// Takes every factor away at once: for the operator at the server's own shell, who is there for the last owner.
    package func resetFactors(of id: AccountID, from source: RequestSource) async throws -> Outcome {
        try await change(.operatorShell, id) { account, sql in
            Change(
                account,
                ended: try FactorRecovery(gate: gate).removeAll(account, from: source, by: "operator", in: sql))
        }
    }
}
