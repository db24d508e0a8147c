import Core
package import SecurityEvents
import Storage

/// The answer to "this wasn't me", the link in every notice: all sessions end and recovery starts.
package struct NotMe: Sendable {
    let gate: GateParts

    /// Whether the link behind `token` would be accepted now.
    package func counts(_ token: String) async throws -> Bool {
        let links = gate.links
        return try await gate.database.read { sql in try links.find(token, for: LinkPurpose.reports, in: sql) } != nil
    }

    /// Ends every session of the account behind `token`, gives it back its old address if that is what the link is for, and mails a
    /// link to choose a new password. `false` when the link does not count any more.
    package func report(_ token: String, from source: RequestSource) async throws -> Bool {
        let gate = gate
        let now = gate.world.now()
        let ended = try await gate.database.transaction { sql -> [SessionID]? in
            guard let link = try gate.links.use(token, for: LinkPurpose.reports, in: sql),
                var account = try AccountTable.active(link.account, in: sql)
            else { return nil }
            if link.purpose == .undoEmailChange, let old = EmailAddress(link.address) {
                // Somebody may have taken the address meanwhile: to end the sessions is worth something all the same.
                if try AccountTable.changeAddress(of: account.id, to: old, at: now, in: sql) {
                    account.email = old
                    try gate.recorder.record(
                        Event(
                            .emailChanged, in: gate.world, user: account.id, from: source, detail: ["reason": "undone"]),
                        in: sql)
                }
            }
            let ended = try SessionTable.revoke(
                where: "user_id = \(account.id)", at: now, because: .reportedByOwner, in: sql)
            // The other ways back stay: each notice may have been about a deed of its own. But an address that is brought back outranks
            // every later one: what was mailed since, to whoever changed it, is dead.
            try gate.links.kill(of: account.id, except: LinkPurpose.waysBack, in: sql)
            if link.purpose == .undoEmailChange {
                try gate.links.kill(of: account.id, writtenFrom: link.createdAt, in: sql)
            }
            // Whoever was not themselves has not asked an admin for a way round their factors either.
            _ = try FactorRecovery.stop(account.id, by: "not_me", session: nil, from: source, gate, in: sql)
            try SignInChallenges.kill(of: account.id, in: sql)
            try RememberedDevices.forgetAll(of: account.id, in: sql)
            if gate.detection != nil { try SignInDetection.forget(account.id, in: sql) }
            try DeviceCookies.forgetAll(of: account.id, in: sql)
            try gate.recorder.record(
                Event(
                    .notMeReported, in: gate.world, user: account.id, from: source,
                    detail: ["endedSessions": String(ended.count)]), in: sql)
            try PasswordReset.mailLink(to: account, from: source, gate, in: sql)
            return ended
        }
        guard let ended else { return false }
        gate.revoked.insert(ended, now: now)
        return true
    }
}
