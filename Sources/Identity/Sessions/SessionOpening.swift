import Core
import SecurityEvents
import Storage

/// Opens a session for somebody who has proven enough, with everything that has to happen together: the one way in for every kind of
/// sign-in.
struct SessionOpening: Sendable {
    let gate: GateParts

    /// Who has proven what.
    struct Proof: Sendable {
        let account: Account
        /// `amr`, in the order of proof.
        let methods: [String]
        /// What the browser's device cookie tells it apart by; `nil` when none vouches for it.
        let deviceNonce: [UInt8]?
        let source: RequestSource
        /// What is known of the password's part; nothing without one.
        var circumstances = SignInChallenge.Circumstances()
        /// For the event.
        var detail: [String: String] = [:]

        /// Whether a device cookie vouches for the browser.
        var isKnownDevice: Bool { deviceNonce != nil }
    }

    /// A session that was opened, and those that had to make room.
    struct Opened: Sendable {
        let account: Account
        let session: Session
        let displaced: [SessionID]
        /// For a browser that had none.
        let deviceCookie: String?
        var enrolBy: Timestamp?
    }

    /// Opens the session in the transaction that has found the proof good, has read the `record` and holds the account. `assessment` is what
    /// the detection has made of it, if it was asked in this transaction. What it made of the first step is not taken over: it learns from what
    /// is known now, where this step came from, and another sign-in may have taught it something in between.
    func open(
        _ proof: Proof, _ record: SignInRecord, _ assessment: SignInAssessment? = nil, in sql: any SQLSession
    ) throws -> Opened {
        let account = proof.account
        let session = newSession(proof)
        let watch = SignInWatch(gate: gate)
        let assessment = assessment ?? watch.assess(proof, record, canBeChallenged: true)
        try SessionTable.insert(session, in: sql)
        var detail = proof.detail.merging(assessment?.detail ?? [:]) { own, _ in own }
        detail["knownDevice"] = String(proof.isKnownDevice)
        detail["methods"] = proof.methods.joined(separator: " ")
        try gate.recorder.record(
            Event(
                .loginSuccess, in: gate.world, user: account.id, session: session.id, from: proof.source, detail: detail
            ), in: sql)
        if let robbedAt = record.robbedAt, session.createdAt - robbedAt <= TheftAlarm.span {
            try noteFalseAlarm(account, session, proof.source, in: sql)
        }
        if !proof.isKnownDevice, !record.isFirst {
            let isTold = assessment?.events.contains { MailKind(about: $0.type) == .deviceMismatch } ?? false
            try noteNewDevice(account, session, proof.source, mails: !isTold, in: sql)
        }
        let nonce = proof.deviceNonce ?? gate.subjects.cookies.newNonce()
        try watch.learn(proof, nonce: nonce, assessment, isFirst: record.isFirst, in: sql)
        let displaced = try SessionCap(gate.signInPolicy.maximumSessions).enforce(
            besides: session, from: proof.source, gate, in: sql)
        return Opened(
            account: account, session: session, displaced: displaced,
            deviceCookie: proof.isKnownDevice
                ? nil : gate.subjects.cookies.cookie(for: account.email, epoch: record.deviceEpoch, nonce: nonce))
    }

    /// The tickets to a session that is open and committed.
    func grant(_ opened: Opened) async throws -> SessionGrant {
        let now = opened.session.createdAt
        gate.revoked.insert(opened.displaced, now: now)
        var grant = try await gate.tickets.grant(opened.session, of: opened.account, lastActiveAt: now, now: now)
        grant.enrolBy = opened.enrolBy
        return grant
    }

    private func newSession(_ proof: Proof) -> Session {
        let now = gate.world.now()
        let clocks = gate.tickets.clocks
        return Session(
            id: gate.world.identifier(), userID: proof.account.id, generation: 1, rotatedAt: now, rotationKey: nil,
            createdAt: now, authenticatedAt: now, methods: proof.methods, lastActiveAt: now,
            absoluteExpiry: clocks.absoluteExpiry(from: now), refreshExpiry: clocks.refreshExpiry(from: now),
            revocation: nil, ip: proof.source.ip?.description, userAgent: proof.source.userAgent)
    }

    /// Tells that the alarm of theft a moment ago was likely false, if it was.
    private func noteFalseAlarm(
        _ account: Account, _ session: Session, _ source: RequestSource, in sql: any SQLSession
    ) throws {
        let alarm = try TheftAlarm.likelyFalse(
            about: account.id, signedInFrom: source, at: session.createdAt, in: sql)
        guard let alarm else { return }
        try gate.recorder.record(
            Event(
                .tokenTheftLikelyFalse, in: gate.world, user: account.id, session: session.id, from: source,
                detail: ["alarm": alarm.description]), in: sql)
    }

    /// Tells of a browser that was not seen before. The first sign-in of all is no news, and what the detection has mailed is not mailed twice.
    private func noteNewDevice(
        _ account: Account, _ session: Session, _ source: RequestSource, mails: Bool, in sql: any SQLSession
    ) throws {
        let event = Event(.newDeviceLogin, in: gate.world, user: account.id, session: session.id, from: source)
        try gate.recorder.record(event, in: sql)
        if mails, gate.signInPolicy.notifiesNewDevices {
            try gate.notices.post(.newDevice, to: account, about: event, in: sql)
        }
    }
}
