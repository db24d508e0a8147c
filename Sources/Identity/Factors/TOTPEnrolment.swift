package import Accounts
import Core
import Credentials
import Guarding
package import SecurityEvents
package import Sessions
import Storage

/// Sets up and removes an authenticator app.
package struct TOTPEnrolment: Sendable {
    private let database: any Database
    private let management: FactorManagement
    private let secrets: TOTPSecrets
    private let factorGuard: FactorGuard
    private let change: FactorChange
    private let recoveryCodes: RecoveryCodes

    init(
        database: any Database, management: FactorManagement, secrets: TOTPSecrets, factorGuard: FactorGuard,
        change: FactorChange, recoveryCodes: RecoveryCodes
    ) {
        self.database = database
        self.management = management
        self.secrets = secrets
        self.factorGuard = factorGuard
        self.change = change
        self.recoveryCodes = recoveryCodes
    }

    /// What became of the start.
    package enum Start: Sendable {
        /// Not active before a first code confirms it.
        case started(TOTPSecrets.Invitation)
        case refused(FactorRefusal)
    }

    /// What became of the confirmation.
    package enum Confirmation: Sendable {
        /// Active. The recovery codes are shown once.
        case confirmed(recoveryCodes: [String])
        case refused(FactorRefusal)
    }

    /// Makes a secret for the person behind `scope`; one that was started before and never confirmed is replaced.
    package func start(_ scope: Scope, _ proof: FreshReauthentication) async throws -> Start {
        return try await database.transaction { sql in
            switch try management.begin(scope, proof, in: sql) {
            case .failure(let refused): return .refused(refused.reason)
            case .success(let standing):
                guard !standing.factors.hasTOTP else { return .refused(.exists) }
                return .started(try secrets.write(for: standing.account, in: sql))
            }
        }
    }

    /// Makes it active with a first code, which then is used up like any other.
    package func confirm(_ scope: Scope, code: String, from source: RequestSource) async throws -> Confirmation {
        let (outcome, ended) = try await database.transaction { sql -> (Confirmation, [SessionID]) in
            guard management.isEnabled else { return (.refused(.disabled), []) }
            guard let account = try AccountTable.active(scope.userID, in: sql),
                try SessionTable.isOpen(scope.sessionID, in: sql)
            else { return (.refused(.sessionRevoked), []) }
            switch try secrets.activate(account.id, code, in: sql) {
            case .notFound: return (.refused(.notFound), [])
            case .wrong:
                try recordWrong(account, source, scope.sessionID, in: sql)
                return (.refused(.invalidCode), [])
            case .active: break
            }
            let ended = try change.follow(
                .init(
                    account: account, event: .mfaEnabled, factor: FactorKind.totp.rawValue, isAdded: true,
                    source: source, session: scope.sessionID), in: sql)
            try change.raise(scope.sessionID, by: FactorKind.totp.authenticationMethod, in: sql)
            return (.confirmed(recoveryCodes: try recoveryCodes.make(for: account.id, in: sql)), ended)
        }
        change.committed(ended)
        return outcome
    }

    private func recordWrong(
        _ account: Account, _ source: RequestSource, _ session: SessionID?, in sql: any SQLSession
    ) throws {
        let attempt = FactorAttempt(
            account: account, kind: .totp, step: "enrolment", source: source, session: session)
        try factorGuard.record(.wrong(locks: false), of: attempt, reason: "wrong_code", in: sql)
    }
}
