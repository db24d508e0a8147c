package import Core
import SecurityEvents
import Storage

/// Starts a change of address: nothing changes before the new address has proven itself.
package struct ChangeEmail: Sendable {
    let gate: GateParts

    /// What became of the wish.
    package enum Outcome: Sendable {
        /// A link was mailed to the new address, unless somebody has it already, which the caller is not told.
        case mailed
        /// There is no way to mail anything (`MAIL_URL`), so no address can be proven.
        case mailDisabled
        case sessionRevoked
    }

    /// Mails a link to `address` that makes it the address of the person behind `scope`, who has just shown the password.
    package func request(
        _ scope: Scope, to address: EmailAddress, proof: FreshReauthentication
    ) async throws -> Outcome {
        guard gate.mailbox.isEnabled else { return .mailDisabled }
        guard proof.scope == scope else { return .sessionRevoked }
        let gate = gate
        return try await gate.database.transaction { sql in
            guard let account = try AccountTable.active(scope.userID, in: sql) else { return .sessionRevoked }
            let isTaken = try AccountTable.exists(address, in: sql)
            try EmailVerification.mailLink(
                .emailChangeConfirm, to: isTaken ? nil : (account, address), gate, in: sql)
            return .mailed
        }
    }
}
