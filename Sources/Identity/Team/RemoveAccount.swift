import Accounts
package import Core
package import SecurityEvents
package import Storage

/// Why an account cannot be removed; thrown out of the transaction, so that nothing has happened.
package enum AccountInUse: Error, Sendable, Hashable {
    /// It can still sign in: have its owner leave first.
    case active
    /// Clients are assigned to it or shared with it.
    case clients
}

extension Team {
    /// Removes an account that is switched off, with everything that proves who its owner was: passwords, factors, passkeys, sessions, devices,
    /// keys. `isFree` says, in the same transaction, whether nothing of the brokerage hangs on it any more; throws ``AccountInUse`` when it does. What the log
    /// says of them is another matter, see `PersonErasure`.
    package func remove(
        _ actor: TeamActor, _ id: AccountID, from source: RequestSource,
        isFree: @escaping @Sendable (any SQLSession) throws -> Bool
    ) async throws -> Outcome {
        try await change(actor, id) { account, sql in
            guard account.status == .disabled else { throw AccountInUse.active }
            guard try isFree(sql) else { throw AccountInUse.clients }
            try sql.run("DELETE FROM account WHERE id = \(id)")
            try recorder.record(
                Event(
                    .accountRemoved, in: world, from: source,
                    detail: ["by": actor.description, "account": id.description]),
                in: sql)
            return Changed(account)
        }
    }
}
