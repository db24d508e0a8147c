package import Core

/// On whose behalf something is done: the first argument of every function that touches somebody's data.
///
/// Made from a verified access token alone, so a function that asks for a scope cannot be reached by a stranger.
package struct Scope: Sendable, Hashable {
    /// Who acts.
    package let userID: AccountID
    /// The session in which they act.
    package let sessionID: SessionID
    /// Their role as the token says; a change of role ends the session, so it is never stale by more than a request.
    package let role: Role

    package init(userID: AccountID, sessionID: SessionID, role: Role) {
        self.userID = userID
        self.sessionID = sessionID
        self.role = role
    }
}
