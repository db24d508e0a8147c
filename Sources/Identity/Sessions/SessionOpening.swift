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
        /// Whether a device cookie vouches for the browser.
        let isKnownDevice: Bool
        let source: RequestSource
        /// For the event.
        var detail: [String: String] = [:]
    }

    /// A session that was opened, and those that had to make room.
    struct Opened: Sendable {
        let account: Account
        let session: Session
        let displaced: [SessionID]
        var enrolBy: Timestamp?
    }

    /// Opens the session in the transaction that has found the proof good, and holds the account.
    func open(_ proof: Proof, in sql: any SQLSession) throws -> Opened {
        let account = proof.account
        let session = newSession(proof)
        let isFirst = try sql.row("SELECT id FROM session WHERE user_id = \(account.id) LIMIT 1") == nil
        try SessionTable.insert(session, in: sql)
        var detail = proof.detail
        detail["knownDevice"] = String(proof.isKnownDevice)
        detail["methods"] = proof.methods.joined(separator: " ")
        try gate.recorder.record(
            Event(
                .loginSuccess, in: gate.world, user: account.id, session: session.id, from: proof.source, detail: detail
            ), in: sql)
        if !proof.isKnownDevice, !isFirst { try noteNewDevice(account, session, proof.source, in: sql) }
        let displaced = try SessionCap(gate.signInPolicy.maximumSessions).enforce(
            besides: session, from: proof.source, gate, in: sql)
        return Opened(account: account, session: session, displaced: displaced)
    }

    /// The tickets to a session that is open and committed.
    func grant(_ opened: Opened) async throws -> SessionGrant {
        let now = opened.session.createdAt
        gate.revoked.insert(opened.displaced, now: now)
        var grant = try await gate.tickets.grant(opened.session, of: opened.account, lastActiveAt: now, now: now)
        grant.enrolBy = opened.enrolBy
        return grant
    }

    /// The device cookie for a browser that had none.
    func deviceCookie(_ opened: Opened, isKnownDevice: Bool) -> String? {
        isKnownDevice ? nil : gate.subjects.deviceCookie(for: opened.account.email)
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

    /// Tells the owner of a browser that was not seen before. The first sign-in of all is no news.
    private func noteNewDevice(
        _ account: Account, _ session: Session, _ source: RequestSource, in sql: any SQLSession
    ) throws {
        let event = Event(.newDeviceLogin, in: gate.world, user: account.id, session: session.id, from: source)
        try gate.recorder.record(event, in: sql)
        if gate.signInPolicy.notifiesNewDevices {
            try gate.notices.post(.newDevice, to: account, about: event, in: sql)
        }
    }
}
