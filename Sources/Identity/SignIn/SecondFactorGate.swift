import Accounts
import Core
import Credentials
import Guarding
import SecurityEvents
import Storage

/// Asks for more than a password where more is due, inside the transaction that would open the session.
struct SecondFactorGate: Sendable {
    let mfa: MFAPolicy
    let channels: MessageChannels
    let world: World
    let watch: SignInWatch
    let opening: SessionOpening
    let recovery: FactorRecovery
    let rememberedDevices: RememberedDevices
    let challenging: Challenging

    init(
        mfa: MFAPolicy, channels: MessageChannels, world: World, watch: SignInWatch, opening: SessionOpening,
        recovery: FactorRecovery, rememberedDevices: RememberedDevices, challenging: Challenging
    ) {
        self.mfa = mfa
        self.channels = channels
        self.world = world
        self.watch = watch
        self.opening = opening
        self.recovery = recovery
        self.rememberedDevices = rememberedDevices
        self.challenging = challenging
    }

    /// How it ended.
    enum End: Sendable {
        case opened(SessionOpening.Opened)
        case challenged(PendingChallenge)
        case mustEnrol(PendingChallenge)
        /// The detection refuses it.
        case blocked
    }

    /// After the right password. A recovery that is due takes the factors away first; the sessions that ended with them are put into `ended`.
    func afterPassword(
        _ proof: SignInProof, _ record: SignInRecord, remembered: [String], ended: inout [SessionID],
        in sql: any SQLSession
    ) throws -> End {
        let account = proof.account
        guard watch.isEnabled(with: mfa) else {
            return .opened(try opening.open(proof, record, in: sql))
        }
        var record = record
        if let due = record.factors.recoveryDueAt, FactorRecovery.isDue(due, at: world.now()) {
            ended += try recovery.removeAll(account, from: proof.source, by: "recovery", in: sql)
            record.factors = FactorSet()
        }
        var facts = SecondFactorDemand.Facts(role: account.role, factors: record.factors)
        let assessment = try look(proof, record, in: sql)
        if assessment?.action == .block { return .blocked }
        facts.isSuspicious = assessment?.action == .challenge
        if !remembered.isEmpty, !facts.factors.isEmpty, !facts.isSuspicious {
            facts.isRemembered = try remembered.prefix(8).contains {
                try rememberedDevices.recognize($0, of: account.id, in: sql)
            }
        }
        return try end(proof, record, facts, assessment, hasProvenFactor: false, in: sql)
    }

    /// Has the detection look, and says what it has found.
    private func look(
        _ proof: SignInProof, _ record: SignInRecord, in sql: any SQLSession
    ) throws -> SignInAssessment? {
        let hasFactor = mfa.isEnabled && !record.factors.isEmpty
        let assessment = watch.assess(proof, record, canBeChallenged: hasFactor || channels.mail)
        if let assessment { try watch.tell(assessment, proof.account, in: sql) }
        return assessment
    }

    /// After the second step, with what was proven in both.
    func afterFactor(_ proof: SignInProof, in sql: any SQLSession) throws -> End {
        let record = try sql.ask(watch.question(about: proof))
        let facts = SecondFactorDemand.Facts(role: proof.account.role, factors: record.factors)
        return try end(proof, record, facts, nil, hasProvenFactor: true, in: sql)
    }

    private func end(
        _ proof: SignInProof, _ record: SignInRecord, _ facts: SecondFactorDemand.Facts,
        _ assessment: SignInAssessment?, hasProvenFactor: Bool, in sql: any SQLSession
    ) throws -> End {
        let account = proof.account
        var facts = facts
        facts.sendsMail = channels.mail
        facts.sendsSMS = channels.sms
        if mfa.requires(account.role), !facts.factors.suffices(for: account.role) {
            facts.askedSince = try firstAsked(account.id, in: sql)
        }
        let demand = SecondFactorDemand.decide(
            facts, hasProvenFactor: hasProvenFactor, at: world.now(), mfa)
        switch demand {
        case .nothing(let enrolBy):
            var opened = try opening.open(proof, record, assessment, in: sql)
            opened.enrolBy = enrolBy
            return .opened(opened)
        case .factor(let methods):
            return .challenged(try challenging.ask(proof, for: methods, in: sql))
        case .mailedCode:
            return .challenged(try challenging.askByMail(proof, in: sql))
        case .enrolment:
            return .mustEnrol(try challenging.askToEnrol(proof, in: sql))
        }
    }

    /// When the person was first told that they must have a factor: now, if they were not.
    private func firstAsked(_ account: AccountID, in sql: any SQLSession) throws -> Timestamp {
        try FactorGuard.prepare(account, in: sql)
        let now = world.now()
        let row = try sql.row(
            """
            UPDATE mfa_account SET asked_since = COALESCE(asked_since, \(now)) WHERE account_id = \(account)
            RETURNING asked_since
            """)
        return try row?.get("asked_since") ?? now
    }
}
