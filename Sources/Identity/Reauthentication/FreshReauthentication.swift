package import Core

/// Proof that the person behind a session has shown a password or factor a moment ago.
///
/// A function that deletes or exports asks for one. Only ``ReauthenticationPolicy`` makes them, from the session's
/// `auth_time` and never from the age of a token, because a refresh makes new tokens but proves nothing (ASVS 7.5.3).
package struct FreshReauthentication: Sendable {
    /// Whose proof it is; a function must not take it for another scope.
    package let scope: Scope

    init(scope: Scope) { self.scope = scope }
}

/// When a sensitive action asks for the password again.
package struct ReauthenticationPolicy: Sendable {
    /// `REAUTH_WINDOW_MINUTES`: how long a proof counts.
    package var window: Duration
    /// `REQUIRE_REAUTH_FOR_DELETE`.
    package var requiredForDelete: Bool
    /// `REQUIRE_REAUTH_FOR_EXPORT`.
    package var requiredForExport: Bool

    /// The seed's values by default.
    package init(window: Duration = .minutes(5), requiredForDelete: Bool = true, requiredForExport: Bool = true) {
        self.window = window
        self.requiredForDelete = requiredForDelete
        self.requiredForExport = requiredForExport
    }

    /// What the proof is wanted for.
    package enum Purpose: Sendable, Hashable {
        /// Removing data: `REQUIRE_REAUTH_FOR_DELETE` may waive it.
        case delete
        /// Taking data out: `REQUIRE_REAUTH_FOR_EXPORT` may waive it.
        case export
        /// Changing who may sign in or how; cannot be waived.
        case accountSecurity
    }

    /// The proof, when the session's last authentication is at most the window old or the purpose is waived; `nil` is the refusal
    /// `reauthentication_required`. A moment in the future (the clock jumped back) counts as fresh.
    package func proof(
        for purpose: Purpose, scope: Scope, authenticatedAt: Timestamp, now: Timestamp
    ) -> FreshReauthentication? {
        switch purpose {
        case .delete where !requiredForDelete, .export where !requiredForExport:
            return FreshReauthentication(scope: scope)
        case .delete, .export, .accountSecurity:
            return now - authenticatedAt <= window ? FreshReauthentication(scope: scope) : nil
        }
    }
}
