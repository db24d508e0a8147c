package import Accounts
package import Core
package import SecurityEvents
import Sessions
import Storage

extension Team {
    /// Gives `role` to somebody. Their sessions end: an access token names the role that it was made for.
    package func setRole(
        _ actor: TeamActor, of id: AccountID, to role: Role, from source: RequestSource
    ) async throws -> Outcome {
        try await setPlace(actor, of: id, role: role, status: nil, from: source)
    }

    /// Gives somebody a role, switches them off or on, or both: all of it or, when any part is refused, nothing.
    package func setPlace(
        _ actor: TeamActor, of id: AccountID, role: Role?, status: Account.Status?, from source: RequestSource
    ) async throws -> Outcome {
        if let role, !actor.mayGrant(role) { return .forbidden }
        return try await change(actor, id) { account, sql in
            // Asked before anything is written: what is refused here is not rolled back.
            let isDemoted = role.map { $0 != .owner } ?? false
            let isSwitchedOff = status == .disabled && account.status != .disabled
            if account.role == .owner, isDemoted || isSwitchedOff, try !hasOwner(besides: id, in: sql) { return nil }
            var change = Changed(account)
            if let role, role != account.role {
                change = try give(role, to: account, by: actor, from: source, in: sql)
            }
            if let status, status != account.status {
                let next = try set(status, of: change.account, by: actor, from: source, in: sql)
                change = Changed(next.account, ended: change.ended + next.ended)
            }
            return change
        }
    }

    private func give(
        _ role: Role, to account: Account, by actor: TeamActor, from source: RequestSource, in sql: any SQLSession
    ) throws -> Changed {
        let (id, now) = (account.id, world.now())
        try sql.run("UPDATE account SET role = \(role.rawValue), updated_at = \(now) WHERE id = \(id)")
        // Whom they could not invite any more, they might be themselves.
        for beyond in Role.allCases where !role.mayGrant(beyond) {
            try sql.run("DELETE FROM invitation WHERE invited_by = \(id) AND role = \(beyond.rawValue)")
        }
        let ended = try SessionTable.revoke(where: "user_id = \(id)", at: now, because: .roleChanged, in: sql)
        // Keys go on, with the new role.
        try keys.reread(of: id, in: sql)
        try recorder.record(
            Event(
                .roleChanged, in: world, user: id, from: source,
                detail: ["from": account.role.rawValue, "to": role.rawValue, "by": actor.description]), in: sql)
        var changed = account
        changed.role = role
        return Changed(changed, ended: ended)
    }
}
