package import Accounts
package import Core
package import Credentials

/// Proof that the person behind a session has shown a password or factor a moment ago.
///
/// A function that deletes or exports asks for one. Only ``ReauthenticationPolicy`` makes them, from the session's
/// `auth_time` and never from the age of a token, because a refresh makes new tokens but proves nothing (ASVS 7.5.3).
/// An API key can show nothing: what stands in for it is in ``grounds``.
package struct FreshReauthentication: Sendable {
    /// Whose proof it is; a function must not take it for another scope.
    package let scope: Scope
    /// Whether two factors were proven in the session.
    package let isMultiFactor: Bool
    /// What it rests on.
    package let grounds: Grounds

    /// What a proof rests on.
    package enum Grounds: Sendable, Hashable {
        /// The person has shown it a moment ago.
        case shown
        /// The person has given a key this scope, and had shown it a moment before that.
        case granted(APIKeyScope)
    }

    package init(scope: Scope, isMultiFactor: Bool = false) {
        self.scope = scope
        self.isMultiFactor = isMultiFactor
        grounds = .shown
    }

    fileprivate init(of key: AdmittedKey, granted: APIKeyScope) {
        scope = key.scope
        isMultiFactor = false
        grounds = .granted(granted)
    }
}

/// When a sensitive action asks for the password again.
package struct ReauthenticationPolicy: Sendable {
    /// `REAUTH_WINDOW_MINUTES`: how long a proof counts.
    package var window: Duration
    /// `REQUIRE_REAUTH_FOR_DELETE`.
    package var requiredForDelete: Bool
    /// `REQUIRE_REAUTH_FOR_EXPORT`.
    package var requiredForExport: Bool
    /// `ENABLE_MFA`: what changes who may do what asks for two factors (AAL2).
    package var requiresFactorsForPrivilege: Bool

    /// The seed's values by default.
    package init(
        window: Duration = .minutes(5), requiredForDelete: Bool = true, requiredForExport: Bool = true,
        requiresFactorsForPrivilege: Bool = false
    ) {
        self.window = window
        self.requiredForDelete = requiredForDelete
        self.requiredForExport = requiredForExport
        self.requiresFactorsForPrivilege = requiresFactorsForPrivilege
    }

    /// What the proof is wanted for.
    package enum Purpose: Sendable, Hashable {
        /// Removing data: `REQUIRE_REAUTH_FOR_DELETE` may waive it.
        case delete
        /// Taking data out: `REQUIRE_REAUTH_FOR_EXPORT` may waive it.
        case export
        /// Changing who may sign in or how; cannot be waived.
        case accountSecurity
        /// Changing what others may do; asks for two factors besides where there are second factors.
        case privilege
    }

    /// What a session has shown.
    package enum Verdict: Sendable {
        case fresh(FreshReauthentication)
        /// Too long ago: the refusal `reauthentication_required`.
        case stale
        /// One factor only: the refusal `second_factor_required`.
        case secondFactorNeeded

        /// The proof, if there is one.
        package var proof: FreshReauthentication? {
            switch self {
            case .fresh(let proof): return proof
            case .stale, .secondFactorNeeded: return nil
            }
        }
    }

    /// Judges a session whose last authentication was at `authenticatedAt`, by `methods` (`amr`). A moment in the future (the clock jumped
    /// back) counts as fresh.
    package func judge(
        _ purpose: Purpose, scope: Scope, authenticatedAt: Timestamp, methods: [String], now: Timestamp
    ) -> Verdict {
        let isMultiFactor = methods.contains(AuthenticationMethod.multiFactor)
        let proof = FreshReauthentication(scope: scope, isMultiFactor: isMultiFactor)
        switch purpose {
        case .delete where !requiredForDelete, .export where !requiredForExport: return .fresh(proof)
        case .privilege where requiresFactorsForPrivilege && !isMultiFactor: return .secondFactorNeeded
        case .delete, .export, .accountSecurity, .privilege:
            return now - authenticatedAt <= window ? .fresh(proof) : .stale
        }
    }
}

extension ReauthenticationPolicy.Purpose {
    /// The scope of an API key that stands in for the proof: each was granted by its owner under a step-up. `nil` for what no key may ever
    /// do: what changes who may sign in, how, or what others may do.
    package var standIn: APIKeyScope? {
        switch self {
        case .delete: return .clientsDelete
        case .export: return .clientsExport
        case .accountSecurity, .privilege: return nil
        }
    }
}

extension ReauthenticationPolicy {
    /// What a key has in place of a proof; `nil` when it was not given the scope that stands in for it. The one place where a key gets one.
    /// Where `REQUIRE_REAUTH_FOR_…` waives the proof for people, a key needs its scope all the same.
    package func judge(_ purpose: Purpose, key: AdmittedKey) -> FreshReauthentication? {
        guard let needed = purpose.standIn, key.scopes.contains(needed) else { return nil }
        return FreshReauthentication(of: key, granted: needed)
    }
}
