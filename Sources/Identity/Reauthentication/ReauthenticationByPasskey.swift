import Accounts
import Core
import Credentials
import Guarding
import SecurityEvents
import Sessions
import Storage

/// A step up with a passkey.
struct ReauthenticationByPasskey: Sendable {
    private let database: any Database
    private let passkeyCheck: PasskeyCheck

    init(database: any Database, passkeyCheck: PasskeyCheck) {
        self.database = database
        self.passkeyCheck = passkeyCheck
    }

    /// What came of an answer.
    enum Finding: Sendable {
        /// Right; with what it was proven (`amr`).
        case right(method: String)
        case refused(Reauthenticate.Outcome)
    }

    /// Uses the answer of the person behind `scope` up.
    func check(
        _ scope: Scope, _ response: AssertionResponse, from source: RequestSource
    ) async throws -> Finding {
        guard let session = scope.sessionID else { return .refused(.sessionRevoked) }
        let verdict = try await passkeyCheck.verify(
            response, for: .stepUp(session), requiresUserVerification: false)
        let refusal = try await database.transaction { sql -> Reauthenticate.Outcome? in
            guard let account = try AccountTable.active(scope.userID, in: sql) else { return .sessionRevoked }
            let attempt = FactorAttempt(
                account: account, kind: .webauthn, step: "reauthentication", source: source, session: session)
            guard try passkeyCheck.use(verdict, of: account, attempt, in: sql) else { return .invalidCode }
            try FactorGuard.forgive(account.id, in: sql)
            return nil
        }
        if let refusal { return .refused(refusal) }
        return .right(method: verdict.passkey?.authenticationMethod ?? FactorKind.webauthn.authenticationMethod)
    }
}
