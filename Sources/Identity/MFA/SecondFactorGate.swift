import Core
import SecurityEvents
import Storage

/// Asks for more than a password where more is due, inside the transaction that would open the session.
struct SecondFactorGate: Sendable {
    let gate: GateParts

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
        _ proof: SessionOpening.Proof, _ record: SignInRecord, remembered: String?, ended: inout [SessionID],
        in sql: any SQLSession
    ) throws -> End {
        let account = proof.account
        guard gate.mfa.isEnabled || gate.detection != nil else {
            return .opened(try SessionOpening(gate: gate).open(proof, record, in: sql))
        }
        var record = record
        if let due = record.factors.recoveryDueAt, FactorRecovery.isDue(due, at: gate.world.now()) {
            ended += try FactorRecovery(gate: gate).removeAll(account, from: proof.source, by: "recovery", in: sql)
            record.factors = FactorSet()
        }
        var facts = SecondFactorDemand.Facts(role: account.role, factors: record.factors)
        let assessment = try watch(proof, record, in: sql)
        if assessment?.action == .block { return .blocked }
        facts.isSuspicious = assessment?.action == .challenge
        if let remembered, !facts.factors.isEmpty, !facts.isSuspicious {
            facts.isRemembered = try RememberedDevices(gate: gate).recognize(remembered, of: account.id, in: sql)
        }
        return try end(proof, record, facts, assessment, hasProvenFactor: false, in: sql)
    }

    /// Has the detection look, and says what it has found.
    private func watch(
        _ proof: SessionOpening.Proof, _ record: SignInRecord, in sql: any SQLSession
    ) throws -> SignInAssessment? {
        let watch = SignInWatch(gate: gate)
        let hasFactor = gate.mfa.isEnabled && !record.factors.isEmpty
        let assessment = watch.assess(proof, record, canBeChallenged: hasFactor || gate.mailbox.isEnabled)
        if let assessment { try watch.tell(assessment, proof.account, in: sql) }
        return assessment
    }

    /// After the second step, with what was proven in both.
    func afterFactor(_ proof: SessionOpening.Proof, in sql: any SQLSession) throws -> End {
        let record = try sql.ask(SignInRecord.question(about: proof, gate))
        let facts = SecondFactorDemand.Facts(role: proof.account.role, factors: record.factors)
        return try end(proof, record, facts, nil, hasProvenFactor: true, in: sql)
    }

    private func end(
        _ proof: SessionOpening.Proof, _ record: SignInRecord, _ facts: SecondFactorDemand.Facts,
        _ assessment: SignInAssessment?, hasProvenFactor: Bool, in sql: any SQLSession
    ) throws -> End {
        let account = proof.account
        var facts = facts
        facts.sendsMail = gate.mailbox.isEnabled
        facts.sendsSMS = gate.textbox.isEnabled
        if gate.mfa.requires(account.role), !facts.factors.suffices(for: account.role) {
            facts.askedSince = try firstAsked(account.id, in: sql)
        }
        let demand = SecondFactorDemand.decide(
            facts, hasProvenFactor: hasProvenFactor, at: gate.world.now(), gate.mfa)
        switch demand {
        case .nothing(let enrolBy):
            var opened = try SessionOpening(gate: gate).open(proof, record, assessment, in: sql)
            opened.enrolBy = enrolBy
            return .opened(opened)
        case .factor(let methods):
            return .challenged(try challenge(.secondFactor, proof, methods, in: sql))
        case .mailedCode:
            let pending = try challenge(.secondFactor, proof, [.email], in: sql)
            try SendCode(gate: gate).mail(to: account, for: pending, from: proof.source, in: sql)
            return .challenged(pending)
        case .enrolment:
            return .mustEnrol(try challenge(.enrolment, proof, [.totp], in: sql))
        }
    }

    private func challenge(
        _ purpose: SignInChallenge.Purpose, _ proof: SessionOpening.Proof, _ methods: [FactorKind],
        in sql: any SQLSession
    ) throws -> PendingChallenge {
        let token = try gate.challenges.issue(purpose, for: proof, in: sql)
        let life = purpose == .secondFactor ? MFAPolicy.challengeLife : MFAPolicy.enrolmentLife
        return PendingChallenge(token: token, life: life, methods: methods)
    }

    /// When the person was first told that they must have a factor: now, if they were not.
    private func firstAsked(_ account: AccountID, in sql: any SQLSession) throws -> Timestamp {
        try FactorGuard.prepare(account, in: sql)
        let now = gate.world.now()
        let row = try sql.row(
            """
            UPDATE mfa_account SET asked_since = COALESCE(asked_since, \(now)) WHERE account_id = \(account)
            RETURNING asked_since
            """)
        return try row?.get("asked_since") ?? now
    }
}
