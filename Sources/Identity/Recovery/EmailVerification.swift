package import Accounts
import Core
package import SecurityEvents
import Sessions
import Storage

/// Proves that an address is its account's: after registering, and before a change of address takes effect.
package struct EmailVerification: Sendable {
    private let database: any Database
    private let world: World
    private let links: MailedLinks
    private let recorder: EventRecorder
    private let notices: Notices
    private let addressProof: AddressProof
    private let addresses: SignedInAddresses

    init(
        database: any Database, world: World, links: MailedLinks, recorder: EventRecorder, notices: Notices,
        addressProof: AddressProof, addresses: SignedInAddresses
    ) {
        self.database = database
        self.world = world
        self.links = links
        self.recorder = recorder
        self.notices = notices
        self.addressProof = addressProof
        self.addresses = addresses
    }

    /// What became of a link.
    package enum Outcome: Sendable {
        case verified(Account)
        /// The link was used, ran out, or the address was taken by somebody else meanwhile.
        case linkInvalid
    }

    /// Whether the link behind `token` would be accepted now.
    package func counts(_ token: String) async throws -> Bool {
        return try await database.read { sql in try links.find(token, for: [.verifyEmail], in: sql) } != nil
    }

    /// Mails the link again, if `typed` is the address of an account that still has to prove it. Like ``PasswordReset/request(_:from:)`` it
    /// takes the same work for every address.
    package func resend(_ typed: String, from source: RequestSource) async throws {
        let address = EmailAddress(typed)
        try await database.transaction { sql in
            let account = try AccountTable.active(address, in: sql).flatMap { $0.emailVerifiedAt == nil ? $0 : nil }
            try addressProof.mail(.verifyEmail, to: account.map { ($0, $0.email) }, in: sql)
        }
    }

    /// Uses the link up: the address counts as proven, and becomes the account's if it was not yet.
    package func verify(_ token: String, from source: RequestSource) async throws -> Outcome {
        let now = world.now()
        let outcome = try await database.transaction { sql -> Outcome in
            guard let link = try links.use(token, for: [.verifyEmail], in: sql),
                var account = try AccountTable.active(link.account, in: sql), let address = EmailAddress(link.address)
            else { return .linkInvalid }
            if address != account.email {
                let old = account.email
                guard try AccountTable.changeAddress(of: account.id, to: address, at: now, in: sql) else {
                    return .linkInvalid
                }
                account.email = address
                let event = Event(.emailChanged, in: world, user: account.id, from: source, detail: [:])
                try recorder.record(event, in: sql)
                try links.kill(of: account.id, except: LinkPurpose.waysBack, in: sql)
                // To the old address: whoever took the account over reads the new one.
                try notices.post(
                    .emailChanged, to: account, about: event, values: ["address": address.text],
                    wayBack: .undoEmailChange, address: old, in: sql)
            }
            try AccountTable.markVerified(account.id, at: now, in: sql)
            account.emailVerifiedAt = account.emailVerifiedAt ?? now
            try recorder.record(Event(.emailVerified, in: world, user: account.id, from: source), in: sql)
            return .verified(account)
        }
        if case .verified(let account) = outcome { addresses.forget(account.id) }
        return outcome
    }
}
