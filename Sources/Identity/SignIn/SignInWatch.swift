import Core
import SecurityEvents
import Storage

/// Has every sign-in looked at by the detection, in the transaction that is about to let it in; costs nothing where the detection is off.
struct SignInWatch: Sendable {
    let gate: GateParts

    /// What is made of a sign-in that has proven `proof`; `nil` where nothing looks. Records nothing.
    func assess(
        _ proof: SessionOpening.Proof, _ record: SignInRecord, canBeChallenged: Bool, canBeRefused: Bool = true
    ) -> SignInAssessment? {
        guard let detection = gate.detection, let knowledge = record.knowledge else { return nil }
        var circumstances = circumstances(proof, proof.deviceNonce, canBeChallenged, isFirst: record.isFirst)
        circumstances.canBeRefused = canBeRefused
        return detection.assess(circumstances, knowledge)
    }

    /// Writes what was found into the log, and to the owner. Before a session is open, so the events have none.
    func tell(_ assessment: SignInAssessment, _ account: Account, in sql: any SQLSession) throws {
        for event in assessment.events {
            try gate.recorder.record(event, in: sql)
            guard let kind = MailKind(about: event.type) else { continue }
            try gate.notices.post(kind, to: account, about: event, values: MailKind.values(about: event), in: sql)
        }
    }

    /// Keeps where, when and with which device somebody signed in who was let in: `nonce` is of the cookie that the browser has from now on.
    func learn(
        _ proof: SessionOpening.Proof, nonce: [UInt8]?, _ assessment: SignInAssessment?, isFirst: Bool,
        in sql: any SQLSession
    ) throws {
        guard let detection = gate.detection, let assessment else { return }
        try detection.learn(circumstances(proof, nonce, true, isFirst: isFirst), assessment, in: sql)
    }

    private func circumstances(
        _ proof: SessionOpening.Proof, _ nonce: [UInt8]?, _ canBeChallenged: Bool, isFirst: Bool
    ) -> SignInCircumstances {
        SignInCircumstances(
            account: proof.account.id, source: proof.source, deviceNonce: nonce,
            recentFailures: proof.circumstances.recentFailures,
            passwordIsBreached: proof.circumstances.passwordIsBreached, canBeChallenged: canBeChallenged,
            at: gate.world.now(), isFirstSignIn: isFirst)
    }
}
