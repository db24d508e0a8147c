import Core
import SecurityEvents

/// One try at a password: for whom it counts, and what its events will say.
struct CredentialAttempt: Sendable {
    let subject: SignInSubject
    let source: RequestSource
    /// When it was made.
    let at: Timestamp
    /// Whom it concerns, once that is known to be an account.
    var account: Account?
    /// The session in which it was made, if any.
    var session: SessionID?

    /// An event of this attempt.
    func event(_ type: EventType, in world: World, detail: [String: String] = [:]) -> Event {
        Event(type, in: world, user: account?.id, session: session, from: source, detail: detail)
    }
}
