package import Accounts
package import Core
package import Credentials
package import SecurityEvents
import Sessions
package import Storage

extension Team {
    /// Switches an account off, or on again. Switched off, its sessions and API keys end and its mailed links die.
    package func setStatus(
        _ actor: TeamActor, of id: AccountID, to status: Account.Status, from source: RequestSource
    ) async throws -> Outcome {
        try await setPlace(actor, of: id, role: nil, status: status, from: source)
    }

    /// Switches the account on or off. Whether somebody is left to manage the brokerage was asked before.
    func set(
        _ status: Account.Status, of account: Account, by actor: TeamActor, from source: RequestSource,
        in sql: any SQLSession
    ) throws -> Changed {
        switch status {
        case .disabled:
            return try disable(account, by: actor, endingKeysBecause: .accountDisabled, from: source, in: sql)
        case .active: return try enable(account, by: actor, from: source, in: sql)
        }
    }

    /// Switches off the account of somebody who leaves, together with `handOver`, which passes on in the same transaction what was
    /// theirs: there is no moment in which they are gone and their clients are nobody's. Whoever takes over is read in that transaction
    /// too; throws ``SuccessorUnusable``, and nothing has happened, when they cannot.
    package func leave(
        _ actor: TeamActor, _ id: AccountID, to successor: AccountID, from source: RequestSource,
        handOver: @escaping @Sendable (_ heir: Account, _ endedKeys: [APIKey], any SQLSession) throws -> Void
    ) async throws -> Outcome {
        try await change(actor, id) { account, sql in
            if account.status != .disabled, account.role == .owner, try !hasOwner(besides: id, in: sql) { return nil }
            let change =
                account.status == .disabled
                ? Changed(account)
                : try disable(account, by: actor, endingKeysBecause: .ownerLeft, from: source, in: sql)
            guard let heir = try AccountTable.active(successor, in: sql), heir.id != id else {
                throw SuccessorUnusable()
            }
            try handOver(heir, change.endedKeys, sql)
            return change
        }
    }

    private func disable(
        _ account: Account, by actor: TeamActor, endingKeysBecause reason: KeyRevocation.Reason,
        from source: RequestSource, in sql: any SQLSession
    ) throws -> Changed {
        let now = world.now()
        try sql.run("UPDATE account SET status = 'disabled', updated_at = \(now) WHERE id = \(account.id)")
        let ended = try SessionTable.revoke(
            where: "user_id = \(account.id)", at: now, because: .accountDisabled, in: sql)
        try links.kill(of: account.id, in: sql)
        // For good: switched on again, the account has none.
        let endedKeys = try keys.end(of: account.id, because: reason, from: source, in: sql)
        // Whom they invited, they might be themselves.
        try sql.run("DELETE FROM invitation WHERE invited_by = \(account.id)")
        let event = Event(
            .accountDisabled, in: world, user: account.id, from: source,
            detail: ["by": actor.description, "endedSessions": String(ended.count)])
        try recorder.record(event, in: sql)
        try notices.post(.accountDisabled, to: account, about: event, wayBack: nil, in: sql)
        var changed = account
        changed.status = .disabled
        return Changed(changed, ended: ended, endedKeys: endedKeys)
    }

    private func enable(
        _ account: Account, by actor: TeamActor, from source: RequestSource, in sql: any SQLSession
    ) throws -> Changed {
        try sql.run(
            "UPDATE account SET status = 'active', updated_at = \(world.now()) WHERE id = \(account.id)")
        try recorder.record(
            Event(
                .accountEnabled, in: world, user: account.id, from: source, detail: ["by": actor.description]),
            in: sql)
        var changed = account
        changed.status = .active
        return Changed(changed)
    }
}

/// Whoever is to take over does not exist, is disabled, may not have clients, or is the one who leaves.
package struct SuccessorUnusable: Error {
    package init() {}
}
