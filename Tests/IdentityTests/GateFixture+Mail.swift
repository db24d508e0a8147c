import Accounts
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

extension GateFixture {
    /// The mails in the outbox, oldest first; those that stand for nothing are left out.
    func mails() async throws -> [OutgoingMail] {
        try await outboxItems().reversed().compactMap { item in
            guard case .mail(let mail) = gate.mailbox.open(item) else { return nil }
            return mail
        }
    }

    /// The mails of one kind, oldest first.
    func mails(_ kind: MailKind) async throws -> [OutgoingMail] { try await mails().filter { $0.kind == kind } }

    /// Everything in the outbox, newest first.
    func outboxItems() async throws -> [OutboxItem] {
        try await Outbox(database: database, world: time.world).list(nil, limit: 1000)
    }

    /// The token in the newest mail of `kind`. A second passes, so that the next one is newer.
    func token(_ kind: MailKind, _ value: String = "link") async throws -> String {
        time.advance(by: .seconds(1))
        let link = try #require(try await mails(kind).last?.values[value])
        return String(try #require(link.split(separator: "=").last))
    }

    /// The scope of somebody who has just signed in.
    static func scope(_ grant: SessionGrant) -> Scope {
        Scope(userID: grant.account.id, sessionID: grant.session.id, role: grant.account.role)
    }

    /// A proof that the person behind `grant` has just shown the password.
    func proof(_ grant: SessionGrant) throws -> FreshReauthentication {
        let now = time.world.now()
        return try #require(
            gate.reauthenticationPolicy.judge(
                .accountSecurity, scope: Self.scope(grant), authenticatedAt: now, methods: grant.session.methods,
                now: now
            ).proof)
    }

    /// What the gate says to the access token of `grant`.
    func admittance(_ grant: SessionGrant) -> String { gate.admit(accessToken: grant.accessToken).kind }

    static let otherPassword = "Vb5-copper-Window-27"
}
