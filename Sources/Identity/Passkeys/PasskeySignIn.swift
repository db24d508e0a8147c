import Core
package import SecurityEvents
import Storage

/// Signs people in with a passkey alone: no password, and no hash. The authenticator must have verified its user, so that two factors
/// are proven: what one has, and what one knows or is.
package struct PasskeySignIn: Sendable {
    let gate: GateParts

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
        _ response: AssertionResponse, deviceCookie: String?, from source: RequestSource
    ) async throws -> Outcome {
        guard gate.passkeys.isEnabled else { return .notEnabled }
        let verdict = try await PasskeyCheck(gate: gate).verify(response, for: .signIn, requiresUserVerification: true)
        guard let passkey = verdict.passkey else {
            let event = Event(.loginFailed, in: gate.world, from: source, detail: ["reason": "unknown_credential"])
            let recorder = gate.recorder
            try await gate.database.transaction { sql in try recorder.record(event, in: sql) }
            return .unknownCredential
        }
        let gate = gate
        let end = try await gate.database.transaction { sql -> End in
            // The account first, so that it is held as every other way in holds it.
            let (row, held, record) = try sql.ask(
                Self.account(passkey.accountID), PasskeyCheck(gate: gate).hold(verdict),
                SignInRecord.question(
                    about: passkey.accountID, from: source,
                    nonce: deviceCookie.flatMap(DeviceCookies.claimedNonce), hasShownFactors: true, gate))
            guard let row else { return .refused(.invalidCredentials) }
            let account = try Account(row)
            let attempt = FactorAttempt(account: account, kind: .webauthn, step: "sign_in", source: source)
            guard try PasskeyCheck(gate: gate).use(verdict, held, of: account, attempt, in: sql) else {
                return .refused(.invalidCredentials)
            }
            if let refusal = try refuseUnusable(account, source, in: sql) { return .refused(refusal) }
            try FactorGuard(gate: gate).forgive(account.id, in: sql)
            let nonce = gate.subjects.subject(
                typed: account.email.text, deviceCookie: deviceCookie, epoch: try row.get("device_epoch")
            ).deviceNonce
            let proof = SessionOpening.Proof(
                account: account, methods: [passkey.authenticationMethod, AuthenticationMethod.multiFactor],
                deviceNonce: nonce, source: source, detail: ["passkey": passkey.id.description])
            return .opened(try open(proof, record, in: sql))
        }
        switch end {
        case .refused(let outcome): return outcome
        case .opened(let opened):
            let opening = SessionOpening(gate: gate)
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
        _ proof: SessionOpening.Proof, _ record: SignInRecord, in sql: any SQLSession
    ) throws -> SessionOpening.Opened {
        let watch = SignInWatch(gate: gate)
        let assessment = watch.assess(proof, record, canBeChallenged: false, canBeRefused: false)
        if let assessment { try watch.tell(assessment, proof.account, in: sql) }
        return try SessionOpening(gate: gate).open(proof, record, assessment, in: sql)
    }

    private func refuseUnusable(
        _ account: Account, _ source: RequestSource, in sql: any SQLSession
    ) throws -> Outcome? {
        let (reason, outcome): (String, Outcome)
        if account.status == .disabled {
            (reason, outcome) = ("account_disabled", .disabled)
        } else if gate.signInPolicy.requiresVerifiedEmail, account.emailVerifiedAt == nil {
            (reason, outcome) = ("email_not_verified", .emailNotVerified)
        } else {
            return nil
        }
        try gate.recorder.record(
            Event(.loginFailed, in: gate.world, user: account.id, from: source, detail: ["reason": reason]), in: sql)
        return outcome
    }
}
