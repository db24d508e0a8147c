import Core
package import SecurityEvents
import Storage

/// Proves that an address is its account's: after registering, and before a change of address takes effect.
package struct EmailVerification: Sendable {
    let gate: GateParts

    /// What became of a link.
    package enum Outcome: Sendable {
        case verified(Account)
        /// The link was used, ran out, or the address was taken by somebody else meanwhile.
        case linkInvalid
    }

    /// Whether the link behind `token` would be accepted now.
    package func counts(_ token: String) async throws -> Bool {
        let links = gate.links
        return try await gate.database.read { sql in try links.find(token, for: [.verifyEmail], in: sql) } != nil
    }

    /// Mails the link again, if `typed` is the address of an account that still has to prove it. Like ``PasswordReset/request(_:from:)`` it
    /// takes the same work for every address.
    package func resend(_ typed: String, from source: RequestSource) async throws {
        let address = EmailAddress(typed)
        let gate = gate
        try await gate.database.transaction { sql in
            let account = try AccountTable.active(address, in: sql).flatMap { $0.emailVerifiedAt == nil ? $0 : nil }
            try Self.mailLink(
                .verifyEmail, to: account.map { ($0, $0.email) }, gate, in: sql)
        }
    }

    /// Writes the link and its mail to `address`, or for nobody as many rows that lead nowhere.
    static func mailLink(
        _ kind: MailKind, to recipient: (account: Account, address: EmailAddress)?, _ gate: GateParts,
        in sql: any SQLSession
    ) throws {
        let token = gate.links.newToken()
        try gate.links.write(
            token, .verifyEmail, of: recipient?.account.id, about: recipient?.address.text ?? "", in: sql)
        let values = [
            "link": gate.mailbox.link(LinkPurpose.verifyEmail.path, token: token),
            "hours": String(LinkPurpose.verifyEmail.life.milliseconds / 3_600_000),
            "address": recipient?.address.text ?? "",
        ]
        let expiry = gate.world.now() + LinkPurpose.verifyEmail.life
        let mail = recipient.map { account, address in
            OutgoingMail(kind, to: address, name: "\(account.firstName) \(account.lastName)", values: values)
        }
        try gate.mailbox.post(
            (mail ?? OutgoingMail(toNobody: kind, values: values)).expiring(at: expiry), in: sql)
    }

    /// Uses the link up: the address counts as proven, and becomes the account's if it was not yet.
    package func verify(_ token: String, from source: RequestSource) async throws -> Outcome {
        let gate = gate
        let now = gate.world.now()
        return try await gate.database.transaction { sql in
            guard let link = try gate.links.use(token, for: [.verifyEmail], in: sql),
                var account = try AccountTable.active(link.account, in: sql), let address = EmailAddress(link.address)
            else { return .linkInvalid }
            if address != account.email {
                let old = account.email
                guard try AccountTable.changeAddress(of: account.id, to: address, at: now, in: sql) else {
                    return .linkInvalid
                }
                account.email = address
                let event = Event(.emailChanged, in: gate.world, user: account.id, from: source, detail: [:])
                try gate.recorder.record(event, in: sql)
                try gate.links.kill(of: account.id, except: LinkPurpose.waysBack, in: sql)
                // To the old address: whoever took the account over reads the new one.
                try gate.notices.post(
                    .emailChanged, to: account, about: event, values: ["address": address.text],
                    wayBack: .undoEmailChange, address: old, in: sql)
            }
            try AccountTable.markVerified(account.id, at: now, in: sql)
            account.emailVerifiedAt = account.emailVerifiedAt ?? now
            try gate.recorder.record(Event(.emailVerified, in: gate.world, user: account.id, from: source), in: sql)
            return .verified(account)
        }
    }
}
