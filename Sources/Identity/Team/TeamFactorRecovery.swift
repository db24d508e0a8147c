import Accounts
package import Core
import Credentials
package import SecurityEvents
import Storage

/// What an owner, an admin or the operator can do for somebody who has lost every factor: see ``FactorRecovery``.
package struct TeamFactorRecovery: Sendable {
    private let team: Team
    private let world: World
    private let recorder: EventRecorder
    private let links: MailedLinks
    private let mailbox: Mailbox
    private let notices: Notices
    private let recovery: FactorRecovery
    private let delay: Duration

    init(
        team: Team, world: World, recorder: EventRecorder, links: MailedLinks, mailbox: Mailbox, notices: Notices,
        recovery: FactorRecovery, delay: Duration
    ) {
        self.team = team
        self.world = world
        self.recorder = recorder
        self.links = links
        self.mailbox = mailbox
        self.notices = notices
        self.recovery = recovery
        self.delay = delay
    }

    /// Starts the recovery of somebody who has lost every factor. Not for the caller's own account: then an admin's stolen session could take
    /// the admin's factors away.
    package func start(
        _ actor: TeamActor, of id: AccountID, from source: RequestSource
    ) async throws -> Team.Outcome {
        guard actor.userID != id else { return .forbidden }
        return try await team.change(actor, id) { account, sql in
            let now = world.now()
            let due = now + delay
            let started = try sql.row(
                """
                INSERT INTO mfa_recovery (account_id, started_by, started_at, due_at)
                VALUES (\(id), \(actor.userID), \(now), \(due))
                ON CONFLICT (account_id) DO NOTHING RETURNING due_at
                """)
            // Started twice is started once: the wait does not begin anew, nor is it cut short.
            guard started != nil else { return Team.Changed(account) }
            let event = Event(
                .mfaRecoveryStarted, in: world, user: id, from: source,
                detail: ["by": actor.description, "dueAt": due.iso8601])
            try recorder.record(event, in: sql)
            let token = links.newToken()
            try links.write(token, .stopRecovery, of: id, about: account.email.text, in: sql)
            let hours = String(delay.milliseconds / 3_600_000)
            try notices.post(
                .factorRecoveryStarted, to: account, about: event,
                values: ["link": mailbox.link(LinkPurpose.stopRecovery.path, token: token), "hours": hours],
                in: sql)
            return Team.Changed(account)
        }
    }

    /// Stops it again.
    package func stop(
        _ actor: TeamActor, of id: AccountID, from source: RequestSource
    ) async throws -> Team.Outcome {
        try await team.change(actor, id) { account, sql in
            _ = try recovery.stop(id, by: actor.description, session: nil, from: source, in: sql)
            return Team.Changed(account)
        }
    }

    /// Takes every factor away at once: for the operator at the server's own shell, who is there for the last owner.
    package func removeAll(of id: AccountID, from source: RequestSource) async throws -> Team.Outcome {
        try await team.change(.operatorShell, id) { account, sql in
            Team.Changed(
                account,
                ended: try recovery.removeAll(account, from: source, by: "operator", in: sql))
        }
    }
}
