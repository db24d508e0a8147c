package import Core

/// A person who can sign in.
package struct Account: Sendable, Hashable {
    /// Whether the account may be used.
    package enum Status: String, Sendable, CaseIterable {
        /// May sign in.
        case active
        /// Switched off by an owner or admin; told so only after a right password.
        case disabled
    }

    package let id: AccountID
    /// Where mail goes, and what is typed at sign-in.
    package var email: EmailAddress
    package var firstName: String
    package var lastName: String
    package var role: Role
    package var status: Status
    /// When the person proved that the address is theirs; `nil` until then.
    package var emailVerifiedAt: Timestamp?
    package var createdAt: Timestamp

    package init(
        id: AccountID, email: EmailAddress, firstName: String, lastName: String, role: Role, status: Status = .active,
        emailVerifiedAt: Timestamp? = nil, createdAt: Timestamp
    ) {
        self.id = id
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.role = role
        self.status = status
        self.emailVerifiedAt = emailVerifiedAt
        self.createdAt = createdAt
    }
}
