package import Accounts
package import Core
package import SecurityEvents

/// One try at a password: for whom it counts, and what its events will say.
package struct CredentialAttempt: Sendable {
    package let subject: SignInSubject
    package let source: RequestSource
    /// When it was made.
    package let at: Timestamp
    /// Whom it concerns, once that is known to be an account.
    package var account: Account?
    /// The session in which it was made, if any.
    package var session: SessionID?

    package init(
        subject: SignInSubject, source: RequestSource, at: Timestamp, account: Account? = nil, session: SessionID? = nil
    ) {
        self.subject = subject
        self.source = source
        self.at = at
        self.account = account
        self.session = session
    }

    /// An event of this attempt.
    package func event(_ type: EventType, in world: World, detail: [String: String] = [:]) -> Event {
        Event(type, in: world, user: account?.id, session: session, from: source, detail: detail)
    }
}
