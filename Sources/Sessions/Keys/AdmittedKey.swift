package import Accounts
package import Core
package import Credentials

/// An API key that counts on this very request, with the role that its owner has now.
package struct AdmittedKey: Sendable, Hashable {
    package let id: APIKeyID
    package let owner: AccountID
    package let role: Role
    /// What it may do.
    package let scopes: Set<APIKeyScope>

    /// On whose behalf a request with it acts.
    package var scope: Scope { Scope(userID: owner, keyID: id, role: role) }
}

/// Why a key that was found is refused. For the log alone: whoever sent it is told the same for all of them, and for a key that never was.
package struct KeyRefusal: Sendable, Hashable {
    /// What is wrong.
    package enum Reason: String, Sendable, CaseIterable {
        /// The identity of a key with a secret that is not its own: somebody guesses.
        case wrongSecret = "wrong_secret"
        /// It was revoked.
        case revoked
        /// It has run out.
        case expired
        /// Its owner may not sign in.
        case ownerDisabled = "owner_disabled"
        /// It came from outside of its networks.
        case foreignNetwork = "foreign_network"
    }

    package let key: APIKeyID
    package let owner: AccountID
    package let reason: Reason
}
