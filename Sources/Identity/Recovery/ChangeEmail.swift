package import Accounts
package import Core
import SecurityEvents
package import Sessions
import Storage

/// Starts a change of address: nothing changes before the new address has proven itself.
package struct ChangeEmail: Sendable {
    private let database: any Database
    private let addressProof: AddressProof

    init(database: any Database, addressProof: AddressProof) {
        self.database = database
        self.addressProof = addressProof
    }

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
        guard addressProof.isPossible else { return .mailDisabled }
        guard proof.scope == scope else { return .sessionRevoked }
        return try await database.transaction { sql in
            guard let account = try AccountTable.active(scope.userID, in: sql) else { return .sessionRevoked }
            let isTaken = try AccountTable.exists(address, in: sql)
            try addressProof.mail(.emailChangeConfirm, to: isTaken ? nil : (account, address), in: sql)
            return .mailed
        }
    }
}
