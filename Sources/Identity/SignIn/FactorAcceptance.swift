import Accounts
import Credentials
import Guarding
import Storage

/// What follows on a right answer to the second step.
struct FactorAcceptance: Sendable {
    private let challenges: SignInChallenges
    private let recoveryCodes: RecoveryCodes
    private let rememberedDevices: RememberedDevices
    private let secondFactor: SecondFactorGate

    init(
        challenges: SignInChallenges, recoveryCodes: RecoveryCodes, rememberedDevices: RememberedDevices,
        secondFactor: SecondFactorGate
    ) {
        self.challenges = challenges
        self.recoveryCodes = recoveryCodes
        self.rememberedDevices = rememberedDevices
        self.secondFactor = secondFactor
    }

    /// The factor was right: uses the challenge up and opens the session.
    func accept(
        _ found: HeldChallenge, _ attempt: FactorAttempt, by method: String? = nil, remember: Bool,
        in sql: any SQLSession
    ) throws -> SecondStep.End {
        guard try challenges.use(found.challenge, in: sql) else { return .answered(.challengeInvalid) }
        if attempt.kind == .recoveryCode { try recoveryCodes.noteUse(attempt, in: sql) }
        let methods = found.challenge.methods + [method ?? attempt.kind.authenticationMethod]
        // A mailbox is no factor (ASVS 6.3.6): it makes a suspicious sign-in less so, and no more.
        let isMultiFactor = attempt.kind != .email
        let proof = SignInProof(
            account: found.account, methods: methods + (isMultiFactor ? [AuthenticationMethod.multiFactor] : []),
            deviceNonce: found.challenge.deviceNonce, source: attempt.source,
            circumstances: found.challenge.circumstances)
        switch try secondFactor.afterFactor(proof, in: sql) {
        case .mustEnrol(let pending): return .answered(.enrolmentNeeded(pending))
        case .challenged, .blocked: return .answered(.challengeInvalid)
        case .opened(let opened):
            let remembers = remember && isMultiFactor
            let token =
                remembers
                ? try rememberedDevices.remember(found.account.id, from: attempt.source, in: sql) : nil
            return .opened(opened, remembered: token)
        }
    }

    /// After the transaction: the tickets to the session that it opened, if it did.
    func finish(_ end: SecondStep.End) async throws -> SecondStep.Outcome {
        switch end {
        case .answered(let outcome): return outcome
        case .opened(let opened, let remembered):
            return .signedIn(
                try await secondFactor.opening.grant(opened),
                deviceCookie: opened.deviceCookie, rememberedDevice: remembered)
        }
    }
}
