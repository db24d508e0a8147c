import Accounts
import Core
import Credentials
import Guarding
package import SecurityEvents
package import Sessions
import Storage

/// The way through for somebody who must have a second factor, has none, and may put it off no longer: the factor is set up between the
/// password and the session.
package struct EnrolAtSignIn: Sendable {
    private let database: any Database
    private let challenges: SignInChallenges
    private let secrets: TOTPSecrets
    private let factorGuard: FactorGuard
    private let change: FactorChange
    private let recoveryCodes: RecoveryCodes
    private let watch: SignInWatch
    private let opening: SessionOpening

    init(
        database: any Database, challenges: SignInChallenges, secrets: TOTPSecrets, factorGuard: FactorGuard,
        change: FactorChange, recoveryCodes: RecoveryCodes, watch: SignInWatch, opening: SessionOpening
    ) {
        self.database = database
        self.challenges = challenges
        self.secrets = secrets
        self.factorGuard = factorGuard
        self.change = change
        self.recoveryCodes = recoveryCodes
        self.watch = watch
        self.opening = opening
    }

    /// What became of the confirmation.
    package enum Outcome: Sendable {
        /// Signed in with two factors. The recovery codes are shown once.
        case signedIn(SessionGrant, deviceCookie: String?, recoveryCodes: [String])
        case invalidCode
        /// No such challenge, or it ran out, or nothing was started with it.
        case challengeInvalid
    }

    /// Makes a secret for whoever holds the challenge behind `token`; `nil` when it does not count.
    package func start(_ token: String) async throws -> TOTPSecrets.Invitation? {
        return try await database.transaction { sql in
            guard let (account, _) = try find(token, in: sql) else { return nil }
            return try secrets.write(for: account, in: sql)
        }
    }

    /// Makes it active with a first code, and opens the session.
    package func confirm(_ token: String, code: String, from source: RequestSource) async throws -> Outcome {
        let end = try await database.transaction { sql -> End in
            guard let (account, challenge) = try find(token, in: sql) else { return .refused(.challengeInvalid) }
            switch try secrets.activate(account.id, code, in: sql) {
            case .notFound: return .refused(.challengeInvalid)
            case .wrong:
                let attempt = FactorAttempt(account: account, kind: .totp, step: "enrolment", source: source)
                try factorGuard.record(.wrong(locks: false), of: attempt, reason: "wrong_code", in: sql)
                return .refused(.invalidCode)
            case .active: break
            }
            guard try challenges.use(challenge, in: sql) else { return .refused(.challengeInvalid) }
            let ended = try change.follow(
                .init(
                    account: account, event: .mfaEnabled, factor: FactorKind.totp.rawValue, isAdded: true,
                    source: source), in: sql)
            let proof = SignInProof(
                account: account,
                methods: challenge.methods + [
                    FactorKind.totp.authenticationMethod, AuthenticationMethod.multiFactor,
                ], deviceNonce: challenge.deviceNonce, source: source, circumstances: challenge.circumstances)
            let record = try sql.ask(watch.question(about: proof, hasShownFactors: true))
            let opened = try opening.open(proof, record, in: sql)
            return .opened(
                opened, ended: ended,
                codes: try recoveryCodes.make(for: account.id, in: sql))
        }
        switch end {
        case .refused(let outcome): return outcome
        case .opened(let opened, let ended, let codes):
            change.committed(ended)
            return .signedIn(
                try await opening.grant(opened),
                deviceCookie: opened.deviceCookie, recoveryCodes: codes)
        }
    }

    private enum End: Sendable {
        case opened(SessionOpening.Opened, ended: [SessionID], codes: [String])
        case refused(Outcome)
    }

    private func find(_ token: String, in sql: any SQLSession) throws -> (Account, SignInChallenge)? {
        let row = try sql.row(
            """
            SELECT \(AccountTable.columns(of: "account")), \(SignInChallenges.columns)
            FROM sign_in_challenge AS challenge
            JOIN account ON account.id = challenge.account_id AND account.status = 'active'
            WHERE \(challenges.counts(token, .enrolment)) \(.forUpdateOf("challenge"))
            """)
        return try row.map { (try Account($0), try SignInChallenge($0)) }
    }
}
