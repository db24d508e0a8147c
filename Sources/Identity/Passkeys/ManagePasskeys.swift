import Core
package import SecurityEvents
import Storage

/// Lists, renames and removes somebody's passkeys.
package struct ManagePasskeys: Sendable {
    let gate: GateParts

    /// The passkeys of the person behind `scope`, the oldest first, with what a page tells the browser (WebAuthn Level 3 §5.1.10).
    package func list(_ scope: Scope) async throws -> (account: Account?, passkeys: [Passkey]) {
        try await gate.database.read { sql in
            (try AccountTable.account(scope.userID, in: sql), try PasskeyTable.all(of: scope.userID, in: sql))
        }
    }

    /// The site that passkeys are bound to.
    package var relyingPartyID: String { gate.passkeys.relyingParty.id }

    /// Gives one another name; `nil` when there is none, or it is somebody else's.
    package func rename(_ id: PasskeyID, _ scope: Scope, to name: String) async throws -> Passkey? {
        try await gate.database.transaction { sql in
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
        let gate = gate
        let (refusal, ended) = try await gate.database.transaction { sql -> (FactorRefusal?, [SessionID]) in
            let account: Account
            switch try RegisterPasskey(gate: gate).begin(scope, proof, in: sql) {
            case .failure(let refused): return (refused.reason, [])
            case .success(let found): account = found
            }
            var left = try FactorSet.of(account.id, in: sql)
            let removed = try sql.row(
                "SELECT name FROM passkey WHERE id = \(id) AND account_id = \(account.id) \(.forUpdate)")
            guard let name: String = try removed?.get("name") else { return (.notFound, []) }
            left.passkeys -= 1
            guard !gate.mfa.isEnabled || FactorManagement(gate: gate).mayHave(left, account) else {
                return (.strongerFactorNeeded, [])
            }
            try sql.run("DELETE FROM passkey WHERE id = \(id)")
            return (
                nil,
                try FactorRemoval(gate: gate).finish(account, .webauthn, left, scope, source, name: name, in: sql)
            )
        }
        gate.revoked.insert(ended, now: gate.world.now())
        return refusal
    }
}
