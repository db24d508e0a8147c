package import Core
package import SecurityEvents
package import Storage

/// Who may make an account: `REGISTRATION_MODE`.
package enum RegistrationMode: String, Sendable, CaseIterable {
    /// Anybody; they become agents.
    case open
    /// Whoever holds an invitation.
    case invite
    /// Nobody over the network.
    case closed
}

/// Makes accounts.
package struct Registration: Sendable {
    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let passwords: PasswordVerifier
    private let store: PasswordStore
    private let mode: RegistrationMode
    private let firstAccountBecomesOwner: Bool
    /// The rules for the password.
    package let policy: PasswordPolicy

    /// `firstAccountBecomesOwner` is for development alone: in production nobody on the network can be first.
    package init(
        database: any Database, world: World, recorder: EventRecorder, passwords: PasswordVerifier,
        store: PasswordStore,
        policy: PasswordPolicy, mode: RegistrationMode, firstAccountBecomesOwner: Bool
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.passwords = passwords
        self.store = store
        self.policy = policy
        self.mode = mode
        self.firstAccountBecomesOwner = firstAccountBecomesOwner
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
    }

    /// Makes an account, as far as the mode and `invitation` (a token) allow. Throws ``HashingPool/Full``.
    package func register(
        _ applicant: Applicant, invitation token: String?, from source: RequestSource
    ) async throws -> Outcome {
        try await make(applicant, from: source) { sql, now in
            if let token, let invitation = try Invitations.find(token, at: now, in: sql) {
                guard invitation.email.map({ $0 == applicant.email }) ?? true else { return nil }
                return Admission(role: invitation.role, invitation: token)
            }
            let isFirst = try sql.row("SELECT id FROM account LIMIT 1") == nil
            if isFirst {
                return firstAccountBecomesOwner && mode != .closed ? Admission(role: .owner, isFounder: true) : nil
            }
            return mode == .open && token == nil ? Admission(role: .agent) : nil
        }
    }

    /// Makes an account of `role` at the operator's own word: `gatehouse user create`, `serve --demo`.
    package func create(_ applicant: Applicant, role: Role, from source: RequestSource) async throws -> Outcome {
        try await make(applicant, from: source) { _, _ in Admission(role: role) }
    }

    /// That an account may be made, and as what.
    private struct Admission: Sendable {
        var role: Role
        var invitation: String?
        /// Owner because there is no account yet.
        var isFounder = false
    }

    /// The hash comes before the question whether the address is taken, so a taken address costs the same time.
    private func make(
        _ applicant: Applicant, from source: RequestSource,
        admit: @escaping @Sendable (any SQLSession, Timestamp) throws -> Admission?
    ) async throws -> Outcome {
        let now = world.now()
        // Asked twice: here to spare strangers the work of a hash, and below, where it counts.
        guard try await database.transaction({ sql in try admit(sql, now) }) != nil else { return .closed }
        guard let password = Password(applicant.password) else { return .passwordRefused([.tooLong]) }
        let violations = policy.violations(of: password, words: Self.words(of: applicant))
        guard violations.isEmpty else { return .passwordRefused(violations) }
        let id: AccountID = world.identifier()
        let sealed = try await passwords.seal(password, for: id)
        let registered = Event(.registered, in: world, user: id, from: source)
        let (recorder, store) = (recorder, store)
        return try await database.transaction { sql in
            guard let admission = try admit(sql, now) else { return .closed }
            let account = Account(
                id: id, email: applicant.email, firstName: applicant.firstName, lastName: applicant.lastName,
                role: admission.role, createdAt: now)
            guard try AccountTable.insert(account, asFounder: admission.isFounder, in: sql) else {
                return admission.isFounder ? .closed : .emailTaken
            }
            if let token = admission.invitation { try Invitations.consume(token, in: sql) }
            try store.write(sealed, for: id, in: sql)
            var told = registered
            told.detail["role"] = admission.role.rawValue
            try recorder.record(told, in: sql)
            return .registered(account)
        }
    }

    private static func words(of applicant: Applicant) -> [String] {
        ["gatehouse", "realtor", "realestate", applicant.firstName, applicant.lastName, applicant.email.text]
            + applicant.email.localPart.split { ".-_+".contains($0) }.map(String.init)
            + applicant.email.domain.split(separator: ".").dropLast().map(String.init)
    }
}
