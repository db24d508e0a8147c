package import Accounts
package import Core
package import Credentials
package import SecurityEvents
import Sessions
import Storage

/// Who may make an account: `REGISTRATION_MODE`.
package enum RegistrationMode: String, Sendable, CaseIterable {
    /// Anybody; they become agents.
    case open
    /// Whoever holds an invitation.
    case invite
    /// Nobody over the network.
    case closed
}

/// What is decided about new accounts.
package struct RegistrationRules: Sendable, Hashable {
    /// `REGISTRATION_MODE`.
    package var mode = RegistrationMode.invite
    /// For development alone: in production nobody on the network can be first.
    package var firstAccountBecomesOwner = false
    /// `REQUIRE_EMAIL_VERIFICATION`.
    package var requiresVerifiedEmail = false

    /// By invitation, and nobody becomes owner by being first.
    package init() {}
}

/// Makes accounts.
package struct Registration: Sendable {
    private let database: any Database
    private let world: World
    private let newPasswords: NewPasswords
    private let accountPassword: AccountPassword
    private let recorder: EventRecorder
    private let addressProof: AddressProof
    private let rules: RegistrationRules

    /// The rules for the password.
    package var policy: PasswordPolicy { newPasswords.policy }

    init(
        database: any Database, world: World, newPasswords: NewPasswords, accountPassword: AccountPassword,
        recorder: EventRecorder, addressProof: AddressProof, rules: RegistrationRules
    ) {
        self.database = database
        self.world = world
        self.newPasswords = newPasswords
        self.accountPassword = accountPassword
        self.recorder = recorder
        self.addressProof = addressProof
        self.rules = rules
    }

    /// Who wants to be registered.
    package struct Applicant: Sendable {
        package var email: EmailAddress
        package var password: String
        package var firstName: String
        package var lastName: String

        package init(email: EmailAddress, password: String, firstName: String, lastName: String) {
            self.email = email
            self.password = password
            self.firstName = firstName
            self.lastName = lastName
        }
    }

    /// What became of it.
    package enum Outcome: Sendable {
        case registered(Account)
        /// Registration is closed, or there is no invitation that counts for this address.
        case closed
        /// The password cannot be used: every rule that it breaks.
        case passwordRefused([PasswordPolicy.Violation])
        case emailTaken
        /// The address has to be proven first, by a link that was mailed to it. Also the answer when it has an account already: the
        /// mail then says so, and only its owner learns.
        case verificationRequired
    }

    /// Makes an account, as far as the mode and `invitation` (a token) allow. Throws ``HashingPool/Full``.
    package func register(
        _ applicant: Applicant, invitation token: String?, from source: RequestSource
    ) async throws -> Outcome {
        try await make(applicant, from: source) { sql, now in
            if let token, let invitation = try Invitations.find(token, at: now, in: sql) {
                guard invitation.email.map({ $0 == applicant.email }) ?? true else { return nil }
                return Admission(
                    role: invitation.role, invitation: token, provesAddress: invitation.email == applicant.email)
            }
            let isFirst = try sql.row("SELECT id FROM account LIMIT 1") == nil
            if isFirst {
                return rules.firstAccountBecomesOwner && rules.mode != .closed
                    ? Admission(role: .owner, isFounder: true) : nil
            }
            return rules.mode == .open && token == nil ? Admission(role: .agent) : nil
        }
    }

    /// Makes an account of `role` at the operator's own word: `gatehouse user create`, `serve --demo`.
    package func create(_ applicant: Applicant, role: Role, from source: RequestSource) async throws -> Outcome {
        try await make(applicant, from: source) { _, _ in Admission(role: role, provesAddress: true) }
    }

    /// That an account may be made, and as what.
    private struct Admission: Sendable {
        var role: Role
        var invitation: String?
        /// Owner because there is no account yet.
        var isFounder = false
        /// The address needs no further proof: it was invited by mail, or the operator vouches for it.
        var provesAddress = false
    }

    /// The hash comes before the question whether the address is taken, so a taken address costs the same time.
    private func make(
        _ applicant: Applicant, from source: RequestSource,
        admit: @escaping @Sendable (any SQLSession, Timestamp) throws -> Admission?
    ) async throws -> Outcome {
        let now = world.now()
        // Asked twice: here to spare strangers the work of a hash, and below, where it counts.
        guard try await database.transaction({ sql in try admit(sql, now) }) != nil else { return .closed }
        let id: AccountID = world.identifier()
        let words = NewPasswords.words(
            firstName: applicant.firstName, lastName: applicant.lastName, email: applicant.email)
        let accepted: NewPasswords.Accepted
        switch try await newPasswords.judge(applicant.password, for: id, words: words) {
        case .refused(let violations): return .passwordRefused(violations)
        case .accepted(let judged): accepted = judged
        }
        return try await database.transaction { sql in
            guard let admission = try admit(sql, now) else { return .closed }
            let account = Account(
                id: id, email: applicant.email, firstName: applicant.firstName, lastName: applicant.lastName,
                role: admission.role, emailVerifiedAt: admission.provesAddress ? now : nil, createdAt: now)
            let isNew = try AccountTable.insert(account, asFounder: admission.isFounder, in: sql)
            let proves = rules.requiresVerifiedEmail && !admission.provesAddress
            guard isNew || proves && !admission.isFounder else { return admission.isFounder ? .closed : .emailTaken }
            if isNew, let token = admission.invitation { try Invitations.consume(token, in: sql) }
            try finish(account, isNew: isNew, accepted, from: source, in: sql)
            guard proves else { return .registered(account) }
            if isNew {
                try addressProof.mail(.verifyEmail, to: (account, account.email), in: sql)
            } else {
                try addressProof.mailKnown(account.email, in: sql)
            }
            return .verificationRequired
        }
    }

    /// Writes the password and the event. For an address that was taken the same statements change nothing and tell that somebody tried.
    private func finish(
        _ account: Account, isNew: Bool, _ accepted: NewPasswords.Accepted, from source: RequestSource,
        in sql: any SQLSession
    ) throws {
        try accountPassword.write(accepted, of: account.id, isKnown: isNew, from: source, in: sql)
        let event =
            isNew
            ? Event(
                .registered, in: world, user: account.id, from: source, detail: ["role": account.role.rawValue])
            : Event(.registrationForKnownAddress, in: world, from: source)
        try recorder.record(event, in: sql)
    }
}
