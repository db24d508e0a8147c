package import Core
package import SecurityEvents
import Storage

extension Team {
    /// Gives `role` to somebody. Their sessions end: an access token names the role that it was made for.
    package func setRole(
        _ actor: TeamActor, of id: AccountID, to role: Role, from source: RequestSource
    ) async throws -> Outcome {
        guard actor.mayGrant(role) else { return .forbidden }
        return try await change(actor, id) { account, sql in
            guard account.role != role else { return Change(account) }
            if account.role == .owner, try !hasOwner(besides: id, in: sql) { return nil }
            let now = gate.world.now()
            try sql.run("UPDATE account SET role = \(role.rawValue), updated_at = \(now) WHERE id = \(id)")
            let ended = try SessionTable.revoke(
                where: "user_id = \(id)", at: now, because: .roleChanged, in: sql)
            try gate.recorder.record(
                Event(
                    .roleChanged, in: gate.world, user: id, from: source,
                    detail: ["from": account.role.rawValue, "to": role.rawValue, "by": actor.description]), in: sql)
            var changed = account
            changed.role = role
            return Change(changed, ended: ended)
        }
    }
}
