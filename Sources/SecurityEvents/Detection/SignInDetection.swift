package import Core
package import Storage

/// Notices a sign-in that may not be its owner's: a device that is new, a place that is too far, a score that is too high.
///
/// A right password comes first; this decides what else is asked for. The sign-in asks ``knowledge(of:from:nonce:)`` and calls
/// ``assess(_:_:)`` in the transaction that is about to open a session (or before it asks for more proof), records the
/// assessment's events there, and calls ``learn(_:_:in:)`` in the transaction that has opened the session: what is learnt was
/// proven by its owner. After a challenge was passed it assesses again, ignores the action, records nothing, and learns: what is
/// learnt must follow from what is known then and from where the second step came, so the first assessment cannot be carried along.
///
/// Costs one `SELECT` to assess, in a round trip with others, and one or two writes to learn; nothing at all when everything is off.
package struct SignInDetection: Sendable {
    package let policy: DetectionPolicy
    package let addresses: AddressBook
    private let world: World

    package init(policy: DetectionPolicy, addresses: AddressBook, world: World) {
        self.policy = policy
        self.addresses = addresses
        self.world = world
    }

    /// What is kept of a person, as far as it is needed.
    package struct Knowledge: Sendable, Hashable {
        var devices: KnownDevices.Record?
        var habit = SignInHabit()
    }

    /// Reads what is kept of `account` and of the device behind `nonce`, in one statement, or in none when everything is off.
    package func knowledge(
        of account: AccountID, from source: RequestSource, nonce: [UInt8]?
    ) -> Question<Knowledge> {
        guard policy.isOn else { return .settled(Knowledge()) }
        let policy = policy
        var columns: [SQL] = []
        if policy.needsDevices {
            columns.append(KnownDevices.columns(of: account, nonce: nonce, DeviceTraits(source)))
        }
        if policy.needsHabits { columns.append(SignInHabit.columns) }
        let habits: SQL = policy.needsHabits ? "LEFT JOIN sign_in_habit ON account_id = \(account)" : ""
        return Question("SELECT \(columns.joined(separator: ", ")) FROM (SELECT 1 AS one) AS anything \(habits)") {
            rows in
            let row = rows.first
            return Knowledge(
                devices: policy.needsDevices ? try row.map(KnownDevices.Record.init) ?? KnownDevices.Record() : nil,
                habit: policy.needsHabits ? try row.map(SignInHabit.init) ?? SignInHabit() : SignInHabit())
        }
    }

    /// What is made of a sign-in, given what is known of its person and device.
    package func assess(_ circumstances: SignInCircumstances, _ known: Knowledge) -> SignInAssessment {
        guard policy.isOn else { return SignInAssessment() }
        let traits = DeviceTraits(circumstances.source)
        let (ip, at) = (circumstances.source.ip, circumstances.at)
        let suspect = policy.scoresRisk ? addresses.suspectNetwork(of: ip, policy.geo) : nil
        let device = known.devices.map {
            $0.verdict(nonce: circumstances.deviceNonce, isFirstSignIn: circumstances.isFirstSignIn)
        }
        let judgement = SignInJudgement(
            SignInFacts(
                device: device ?? .recognised, habit: known.habit,
                place: policy.needsHabits ? addresses.place(of: ip, at: at, policy.geo) : nil,
                isListedNetwork: suspect != nil, recentFailures: circumstances.recentFailures,
                passwordIsBreached: circumstances.passwordIsBreached, at: at), policy)
        var assessment = SignInAssessment()
        assessment.device = device ?? .recognised
        assessment.habit = judgement.habit
        if policy.checksPlaces { assessment.anomaly = judgement.anomaly }
        if policy.scoresRisk { assessment.score = judgement.score }
        assessment.action = action(
            for: assessment, hasDevices: known.devices?.knowsPerson ?? false, circumstances)
        describe(&assessment, circumstances, traits, suspect)
        return assessment
    }

    /// Keeps the device, the place and the hour of a sign-in that was let in.
    package func learn(
        _ circumstances: SignInCircumstances, _ assessment: SignInAssessment, in sql: any SQLSession
    ) throws {
        let (account, at) = (circumstances.account, circumstances.at)
        if policy.needsDevices, let nonce = circumstances.deviceNonce {
            try KnownDevices.learn(
                nonce, DeviceTraits(circumstances.source), of: account, isKnown: assessment.device == .recognised,
                at: at, in: sql)
        }
        if policy.needsHabits, let habit = assessment.habit { try habit.save(of: account, at: at, in: sql) }
    }

    /// The strictest action that any of the checks demands. More proof is demanded only of a person who can give it: one who has neither a
    /// second factor nor a mailbox that we can reach is let in, and the events say why it looked wrong.
    private func action(
        for assessment: SignInAssessment, hasDevices: Bool, _ circumstances: SignInCircumstances
    ) -> DetectionAction {
        var action = DetectionAction.allow
        if policy.checksDevices, assessment.isNewDevice {
            switch policy.deviceMismatch {
            case .alert: break
            case .challenge: action = .challenge
            // Somebody whose devices were all forgotten could never get in again: they are asked for more proof.
            case .block: action = hasDevices && circumstances.canBeRefused ? .block : .challenge
            }
        }
        if policy.scoresRisk, assessment.score.points >= policy.challengeAt { action = max(action, .challenge) }
        return action == .challenge && !circumstances.canBeChallenged ? .allow : action
    }

    /// Adds the events and the detail for `login_success`.
    private func describe(
        _ assessment: inout SignInAssessment, _ circumstances: SignInCircumstances, _ traits: DeviceTraits,
        _ suspect: Network?
    ) {
        let action = assessment.action.rawValue
        func event(_ type: EventType, _ detail: [String: String]) -> Event {
            Event(type, in: world, user: circumstances.account, from: circumstances.source, detail: detail)
        }
        if policy.checksDevices {
            assessment.detail["deviceVerdict"] = assessment.device.rawValue
            if assessment.isNewDevice {
                let detail = ["device": traits.name.description, "verdict": assessment.device.rawValue]
                assessment.events.append(event(.deviceMismatch, detail.merging(["action": action]) { $1 }))
            }
        }
        if let anomaly = assessment.anomaly {
            assessment.events.append(event(.geoAnomalyDetected, anomaly.detail))
            assessment.detail["journey"] = anomaly.text
        }
        guard policy.scoresRisk else { return }
        assessment.detail["riskScore"] = String(assessment.score.points)
        if !assessment.reasons.isEmpty { assessment.detail["riskReasons"] = assessment.reasons }
        // For the replay.
        if circumstances.passwordIsBreached { assessment.detail["passwordIsBreached"] = "true" }
        if let suspect { assessment.detail["network"] = suspect.description }
        guard assessment.score.points >= policy.challengeAt else { return }
        let risk = assessment.detail.filter { ["riskScore", "riskReasons", "network"].contains($0.key) }
        assessment.events.append(event(.riskySignIn, risk.merging(["action": action]) { $1 }))
    }
}
