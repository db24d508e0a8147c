import Accounts
import Core
import Credentials
import SecurityEvents
import Storage

/// Reads what decides about a sign-in and has the detection look at it, in the transaction that is about to let it in; costs nothing where the
/// detection is off.
struct SignInWatch: Sendable {
    private let detection: SignInDetection?
    private let mfa: MFAPolicy
    private let world: World
    private let recorder: EventRecorder
    private let notices: Notices

    init(detection: SignInDetection?, mfa: MFAPolicy, world: World, recorder: EventRecorder, notices: Notices) {
        self.detection = detection
        self.mfa = mfa
        self.world = world
        self.recorder = recorder
        self.notices = notices
    }

    /// Whether more can be asked for than a password.
    func isEnabled(with mfa: MFAPolicy) -> Bool { mfa.isEnabled || detection != nil }

    /// The record of `account` for a sign-in from `source`, by a browser that claims `nonce`; without the factors if these have been shown.
    func question(
        about account: AccountID, from source: RequestSource, nonce: [UInt8]?, hasShownFactors: Bool = false
    ) -> Question<SignInRecord> {
        let asksForFactors = !hasShownFactors && isEnabled(with: mfa)
        let knowledge = detection?.knowledge(of: account, from: source, nonce: nonce)
        return Question(
            Self.past(of: account), asksForFactors ? FactorSet.question(about: account) : .settled(FactorSet()),
            knowledge.map { Question($0, read: Optional.some) } ?? .settled(nil)
        ) { past, factors, knowledge in
            SignInRecord(
                isFirst: try past?.optional("other", as: SessionID.self) == nil,
                deviceEpoch: try past?.get("device_epoch") ?? 0, robbedAt: try past?.optional("robbed_at"),
                factors: factors, knowledge: knowledge)
        }
    }

    /// The record of whoever has proven `proof`.
    func question(
        about proof: SignInProof, hasShownFactors: Bool = false
    ) -> Question<SignInRecord> {
        question(
            about: proof.account.id, from: proof.source, nonce: proof.deviceNonce, hasShownFactors: hasShownFactors)
    }

    /// What is made of a sign-in that has proven `proof`; `nil` where nothing looks. Records nothing.
    func assess(
        _ proof: SignInProof, _ record: SignInRecord, canBeChallenged: Bool, canBeRefused: Bool = true
    ) -> SignInAssessment? {
        guard let detection, let knowledge = record.knowledge else { return nil }
        var circumstances = circumstances(proof, proof.deviceNonce, canBeChallenged, isFirst: record.isFirst)
        circumstances.canBeRefused = canBeRefused
        return detection.assess(circumstances, knowledge)
    }

    /// Writes what was found into the log, and to the owner. Before a session is open, so the events have none.
    func tell(_ assessment: SignInAssessment, _ account: Account, in sql: any SQLSession) throws {
        for event in assessment.events {
            try recorder.record(event, in: sql)
            guard let kind = MailKind(about: event.type) else { continue }
            try notices.post(kind, to: account, about: event, values: MailKind.values(about: event), in: sql)
        }
    }

    /// Keeps where, when and with which device somebody signed in who was let in: `nonce` is of the cookie that the browser has from now on.
    func learn(
        _ proof: SignInProof, nonce: [UInt8]?, _ assessment: SignInAssessment?, isFirst: Bool,
        in sql: any SQLSession
    ) throws {
        guard let detection, let assessment else { return }
        try detection.learn(circumstances(proof, nonce, true, isFirst: isFirst), assessment, in: sql)
    }

    private func circumstances(
        _ proof: SignInProof, _ nonce: [UInt8]?, _ canBeChallenged: Bool, isFirst: Bool
    ) -> SignInCircumstances {
        SignInCircumstances(
            account: proof.account.id, source: proof.source, deviceNonce: nonce,
            recentFailures: proof.circumstances.recentFailures,
            passwordIsBreached: proof.circumstances.passwordIsBreached, canBeChallenged: canBeChallenged,
            at: world.now(), isFirstSignIn: isFirst)
    }

    private static func past(of account: AccountID) -> Question<Row?> {
        Question(
            """
            SELECT device_epoch, (SELECT id FROM session WHERE user_id = \(account) LIMIT 1) AS other,
                (SELECT MAX(revoked_at) FROM session
                    WHERE user_id = \(account) AND revocation_reason = 'theft') AS robbed_at
            FROM account WHERE id = \(account)
            """
        ) { rows in rows.first }
    }
}
