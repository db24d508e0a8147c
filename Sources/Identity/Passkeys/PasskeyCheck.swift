import Accounts
import Core
import Credentials
import Guarding
import SecurityEvents
import Storage

/// Checks a passkey's answer, for every place that asks for one. The signature is verified outside of the transaction in which the answer counts.
struct PasskeyCheck: Sendable {
    private let database: any Database
    private let world: World
    private let policy: PasskeyPolicy
    private let challenges: PasskeyChallenges
    private let recorder: EventRecorder
    private let notices: Notices

    init(
        database: any Database, world: World, policy: PasskeyPolicy, challenges: PasskeyChallenges,
        recorder: EventRecorder, notices: Notices
    ) {
        self.database = database
        self.world = world
        self.policy = policy
        self.challenges = challenges
        self.recorder = recorder
        self.notices = notices
    }

    /// Whether somebody may sign in with a passkey alone.
    var isEnabled: Bool { policy.isEnabled }

    /// What a look at the answer has shown; nothing is used up yet.
    struct Verdict: Sendable {
        let use: PasskeyChallenges.Use
        let challenge: [UInt8]
        /// The passkey that the answer names, if we know it.
        let passkey: Passkey?
        let result: Result<VerifiedAssertion, WebAuthnFailure>
    }

    /// Verifies the signature under the key of the passkey that `response` names.
    func verify(
        _ response: AssertionResponse, for use: PasskeyChallenges.Use, requiresUserVerification: Bool
    ) async throws -> Verdict {
        let challenge = WebAuthnVerifier.challenge(in: response.clientDataJSON) ?? []
        func verdict(_ passkey: Passkey?, _ result: Result<VerifiedAssertion, WebAuthnFailure>) -> Verdict {
            Verdict(use: use, challenge: challenge, passkey: passkey, result: result)
        }
        guard !challenge.isEmpty, (1...1023).contains(response.credentialID.count) else {
            return verdict(nil, .failure(.malformed))
        }
        let row = try await database.rows(
            "SELECT \(PasskeyTable.columns) FROM passkey WHERE credential_id = \(response.credentialID)",
            isShort: true
        ).first
        guard let passkey = try row.map(Passkey.init) else { return verdict(nil, .failure(.badSignature)) }
        // The authenticator's memory of whose it is must be ours (§7.2 step 6).
        if let handle = response.userHandle, handle != passkey.accountID.bytes {
            return verdict(passkey, .failure(.badSignature))
        }
        do throws(WebAuthnFailure) {
            let verified = try WebAuthnVerifier(relyingParty: policy.relyingParty).assertion(
                response, key: passkey.key, challenge: challenge, requiresUserVerification: requiresUserVerification)
            guard verified.isBackupEligible == passkey.isBackupEligible else {
                return verdict(passkey, .failure(.inconsistentFlags))
            }
            return verdict(passkey, .success(verified))
        } catch {
            return verdict(passkey, .failure(error))
        }
    }

    /// The challenge after its use, and the passkey as it is then.
    struct Held: Sendable {
        let challengeCounts: Bool
        /// `nil` when the passkey was removed meanwhile.
        let signCount: Int64?
    }

    /// Uses the challenge up and holds the passkey until the transaction ends, if the signature was right.
    func hold(_ verdict: Verdict) -> Question<Held> {
        guard case .success = verdict.result, let passkey = verdict.passkey else {
            return .settled(Held(challengeCounts: false, signCount: nil))
        }
        let count = Question(
            """
            SELECT sign_count FROM passkey WHERE id = \(passkey.id) AND account_id = \(passkey.accountID) \(.forUpdate)
            """
        ) { rows in try rows.first?.get("sign_count", as: Int64.self) }
        return Question(challenges.use(verdict.challenge, for: verdict.use), count, read: Held.init)
    }

    /// Uses the answer up if it is one of `account` to a challenge that counts; tells of one that is not. A counter that went backwards is a
    /// hint at a copy and no proof of one (§6.1.1): the owner and the log are told, and the answer counts.
    func use(
        _ verdict: Verdict, of account: Account, _ attempt: FactorAttempt, in sql: any SQLSession
    ) throws -> Bool {
        let isTheirs = verdict.passkey?.accountID == account.id
        let held = isTheirs ? try sql.ask(hold(verdict)) : Held(challengeCounts: false, signCount: nil)
        return try use(verdict, held, of: account, attempt, in: sql)
    }

    /// The same for an answer that was held before.
    func use(
        _ verdict: Verdict, _ held: Held, of account: Account, _ attempt: FactorAttempt, in sql: any SQLSession
    ) throws -> Bool {
        func refuse(_ reason: String) throws -> Bool {
            try recorder.record(
                attempt.event(
                    .mfaFailed, in: world,
                    detail: ["factor": FactorKind.webauthn.rawValue, "reason": reason, "step": attempt.step]), in: sql)
            return false
        }
        let verified: VerifiedAssertion
        switch verdict.result {
        case .failure(let failure):
            return try refuse(verdict.passkey == nil ? "unknown_credential" : failure.rawValue)
        case .success(let found): verified = found
        }
        guard let passkey = verdict.passkey, passkey.accountID == account.id else {
            return try refuse("credential_of_another")
        }
        guard held.challengeCounts else { return try refuse("challenge_invalid") }
        guard let known = held.signCount else { return try refuse("removed") }
        let count = Int64(verified.signCount)
        try sql.run(
            """
            UPDATE passkey SET sign_count = \(count), backed_up = \(verified.isBackedUp), last_used_at = \(world.now())
            WHERE id = \(passkey.id)
            """)
        if count <= known, count != 0 || known != 0 {
            let event = attempt.event(
                .passkeyCloneSuspected, in: world,
                detail: ["passkey": passkey.id.description, "known": String(known), "presented": String(count)])
            try recorder.record(event, in: sql)
            try notices.post(
                .passkeyCloned, to: account, about: event, values: ["factor": passkey.name], in: sql)
        }
        return true
    }
}
