package import Accounts

/// Who makes a request that was let in.
package enum Caller: Sendable {
    /// A person, by the access token of their session.
    case person(AccessClaims)
    /// A program, by an API key.
    case key(AdmittedKey)

    /// On whose behalf the request acts.
    package var scope: Scope {
        switch self {
        case .person(let claims): return claims.scope
        case .key(let key): return key.scope
        }
    }
}
