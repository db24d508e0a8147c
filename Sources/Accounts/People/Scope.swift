package import Core

/// On whose behalf something is done: the first argument of every function that touches somebody's data.
///
/// Made from a verified access token or API key alone, so a function that asks for a scope cannot be reached by a stranger.
package struct Scope: Sendable, Hashable {
    /// Who acts.
    package let userID: AccountID
    /// By what they act.
    package let means: Means
    /// Their role as the token says; a change of role ends the session, so it is never stale by more than a request. For a key it is the
    /// role that its owner has now.
    package let role: Role

    /// By what somebody acts.
    package enum Means: Sendable, Hashable {
        /// A person, signed in.
        case session(SessionID)
        /// A program that holds a key of theirs.
        case key(APIKeyID)
    }

    /// A person in their session.
    package init(userID: AccountID, sessionID: SessionID, role: Role) {
        self.userID = userID
        means = .session(sessionID)
        self.role = role
    }

    /// A program with a key of that person.
    package init(userID: AccountID, keyID: APIKeyID, role: Role) {
        self.userID = userID
        means = .key(keyID)
        self.role = role
    }

    /// The session in which they act; `nil` for a key, which has none.
    package var sessionID: SessionID? {
        switch means {
        case .session(let id): return id
        case .key: return nil
        }
    }

    /// The key by which they act; `nil` for a person who is signed in.
    package var keyID: APIKeyID? {
        switch means {
        case .session: return nil
        case .key(let id): return id
        }
    }
}
