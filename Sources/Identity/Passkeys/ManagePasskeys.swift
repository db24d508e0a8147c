package import Accounts
import Core
package import Credentials
package import SecurityEvents
package import Sessions
import Storage

/// Lists, renames and removes somebody's passkeys.
package struct ManagePasskeys: Sendable {
    private let database: any Database
    private let policy: PasskeyPolicy
    private let management: FactorManagement
    private let removal: FactorRemoval
    private let change: FactorChange

    init(
        database: any Database, policy: PasskeyPolicy, management: FactorManagement, removal: FactorRemoval,
        change: FactorChange
    ) {
        self.database = database
        self.policy = policy
        self.management = management
        self.removal = removal
        self.change = change
    }

    /// The passkeys of the person behind `scope`, the oldest first, with what a page tells the browser (WebAuthn Level 3 §5.1.10).
    package func list(_ scope: Scope) async throws -> (account: Account?, passkeys: [Passkey]) {
        try await database.read { sql in
            (try AccountTable.account(scope.userID, in: sql), try PasskeyTable.all(of: scope.userID, in: sql))
        }
    }

    /// The site that passkeys are bound to.
    package var relyingPartyID: String { policy.relyingParty.id }

    /// Gives one another name; `nil` when there is none, or it is somebody else's.
    package func rename(_ id: PasskeyID, _ scope: Scope, to name: String) async throws -> Passkey? {
        try await database.transaction { sql in
            try sql.row(
                """
                UPDATE passkey SET name = \(name) WHERE id = \(id) AND account_id = \(scope.userID)
                RETURNING \(PasskeyTable.columns)
                """
            ).map(Passkey.init)
        }
    }

    /// Removes one of the person behind `scope`.
    package func remove(
        _ id: PasskeyID, _ scope: Scope, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> FactorRefusal? {
        let (refusal, ended) = try await database.transaction { sql -> (FactorRefusal?, [SessionID]) in
            let account: Account
            switch try management.beginPasskey(scope, proof, in: sql) {
            case .failure(let refused): return (refused.reason, [])
            case .success(let found): account = found
            }
            var left = try FactorSet.of(account.id, in: sql)
            let removed = try sql.row(
                "SELECT name FROM passkey WHERE id = \(id) AND account_id = \(account.id) \(.forUpdate)")
            guard let name: String = try removed?.get("name") else { return (.notFound, []) }
            left.passkeys -= 1
            guard !management.isEnabled || management.mayHave(left, account) else {
                return (.strongerFactorNeeded, [])
            }
            try sql.run("DELETE FROM passkey WHERE id = \(id)")
            return (
                nil,
                try removal.finish(account, .webauthn, left, scope, source, name: name, in: sql)
            )
        }
        change.committed(ended)
        return refusal
    }
}
