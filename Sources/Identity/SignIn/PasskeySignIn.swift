import Accounts
import Core
package import Credentials
import Guarding
package import SecurityEvents
package import Sessions
import Storage

/// Signs people in with a passkey alone: no password, and no hash. The authenticator must have verified its user, so that two factors
/// are proven: what one has, and what one knows or is.
package struct PasskeySignIn: Sendable {
    private let database: any Database
    private let world: World
    private let passkeyCheck: PasskeyCheck
    private let subjects: SignInSubjects
    private let watch: SignInWatch
    private let opening: SessionOpening
    private let policy: SignInPolicy
    private let recorder: EventRecorder

    init(
        database: any Database, world: World, passkeyCheck: PasskeyCheck, subjects: SignInSubjects, watch: SignInWatch,
        opening: SessionOpening, policy: SignInPolicy, recorder: EventRecorder
    ) {
        self.database = database
        self.world = world
        self.passkeyCheck = passkeyCheck
        self.subjects = subjects
        self.watch = watch
        self.opening = opening
        self.policy = policy
        self.recorder = recorder
    }

    /// What became of it.
    package enum Outcome: Sendable {
        case signedIn(SessionGrant, deviceCookie: String?)
        /// A credential that is not known here: the browser may be told to forget it.
        case unknownCredential
        /// Anything else that is wrong with the answer, one refusal for all.
        case invalidCredentials
        /// The right passkey, but the account is switched off.
        case disabled
        /// The right passkey, but the address was never proven.
        case emailNotVerified
        /// Passkeys are off.
        case notEnabled
    }

    /// How the transaction ended.
    private enum End: Sendable {
        case opened(SessionOpening.Opened)
        case refused(Outcome)
    }

    /// Signs in with the passkey behind `response`.
    package func signIn(
        _ response: AssertionResponse, deviceCookies: [String], from source: RequestSource
    ) async throws -> Outcome {
        guard passkeyCheck.isEnabled else { return .notEnabled }
        let verdict = try await passkeyCheck.verify(response, for: .signIn, requiresUserVerification: true)
        guard let passkey = verdict.passkey else {
            let event = Event(.loginFailed, in: world, from: source, detail: ["reason": "unknown_credential"])
            try await database.transaction { sql in try recorder.record(event, in: sql) }
            return .unknownCredential
        }
        let end = try await database.transaction { sql -> End in
            // The account first, so that it is held as every other way in holds it.
            let (row, held, record) = try sql.ask(
                Self.account(passkey.accountID), passkeyCheck.hold(verdict),
                watch.question(
                    about: passkey.accountID, from: source,
                    nonce: deviceCookies.lazy.compactMap(DeviceCookies.claimedNonce).first, hasShownFactors: true))
            guard let row else { return .refused(.invalidCredentials) }
            let account = try Account(row)
            let attempt = FactorAttempt(account: account, kind: .webauthn, step: "sign_in", source: source)
            guard try passkeyCheck.use(verdict, held, of: account, attempt, in: sql) else {
                return .refused(.invalidCredentials)
            }
            if let refusal = try refuseUnusable(account, source, in: sql) { return .refused(refusal) }
            try FactorGuard.forgive(account.id, in: sql)
            let nonce = subjects.subject(
                typed: account.email.text, deviceCookies: deviceCookies, epoch: try row.get("device_epoch")
            ).deviceNonce
            let proof = SignInProof(
                account: account, methods: [passkey.authenticationMethod, AuthenticationMethod.multiFactor],
                deviceNonce: nonce, source: source, detail: ["passkey": passkey.id.description])
            // Of several cookies the one that counts may be another than the first: then it is asked about again.
            let known =
                deviceCookies.count > 1
                ? try sql.ask(watch.question(about: proof, hasShownFactors: true)) : record
            return .opened(try open(proof, known, in: sql))
        }
        switch end {
        case .refused(let outcome): return outcome
        case .opened(let opened):
            return .signedIn(
                try await opening.grant(opened),
                deviceCookie: opened.deviceCookie)
        }
    }

    private static func account(_ id: AccountID) -> Question<Row?> {
        Question("SELECT \(AccountTable.columns), device_epoch FROM account WHERE id = \(id) \(.forUpdate)") { rows in
            rows.first
        }
    }

    /// Opens the session. What the detection finds is told and nothing more: two factors were shown already.
    private func open(
        _ proof: SignInProof, _ record: SignInRecord, in sql: any SQLSession
    ) throws -> SessionOpening.Opened {
        let assessment = watch.assess(proof, record, canBeChallenged: false, canBeRefused: false)
        if let assessment { try watch.tell(assessment, proof.account, in: sql) }
        return try opening.open(proof, record, assessment, in: sql)
    }

    private func refuseUnusable(
        _ account: Account, _ source: RequestSource, in sql: any SQLSession
    ) throws -> Outcome? {
        let (reason, outcome): (String, Outcome)
        if account.status == .disabled {
            (reason, outcome) = ("account_disabled", .disabled)
        } else if policy.requiresVerifiedEmail, account.emailVerifiedAt == nil {
            (reason, outcome) = ("email_not_verified", .emailNotVerified)
        } else {
            return nil
        }
        try recorder.record(
            Event(.loginFailed, in: world, user: account.id, from: source, detail: ["reason": reason]), in: sql)
        return outcome
    }
}
