import Accounts
import Core
import Guarding
import SecurityEvents
import Sessions
import Storage

/// Opens a session for somebody who has proven enough, with everything that has to happen together: the one way in for every kind of
/// sign-in.
struct SessionOpening: Sendable {
    let world: World
    let tickets: SessionTickets
    let recorder: EventRecorder
    let revoked: RevokedSessions
    let cookies: DeviceCookies
    let cap: SessionCap
    let watch: SignInWatch
    let news: SignInNews

    init(
        world: World, tickets: SessionTickets, recorder: EventRecorder, revoked: RevokedSessions,
        cookies: DeviceCookies, cap: SessionCap, watch: SignInWatch, news: SignInNews
    ) {
        self.world = world
        self.tickets = tickets
        self.recorder = recorder
        self.revoked = revoked
        self.cookies = cookies
        self.cap = cap
        self.watch = watch
        self.news = news
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
        _ proof: SignInProof, _ record: SignInRecord, _ assessment: SignInAssessment? = nil, in sql: any SQLSession
    ) throws -> Opened {
        let account = proof.account
        let session = newSession(proof)
        let assessment = assessment ?? watch.assess(proof, record, canBeChallenged: true)
        try SessionTable.insert(session, in: sql)
        var detail = proof.detail.merging(assessment?.detail ?? [:]) { own, _ in own }
        detail["knownDevice"] = String(proof.isKnownDevice)
        detail["methods"] = proof.methods.joined(separator: " ")
        try recorder.record(
            Event(
                .loginSuccess, in: world, user: account.id, session: session.id, from: proof.source, detail: detail
            ), in: sql)
        if let robbedAt = record.robbedAt, session.createdAt - robbedAt <= TheftAlarm.span {
            try news.noteFalseAlarm(account, session, proof.source, in: sql)
        }
        if !proof.isKnownDevice, !record.isFirst {
            let isTold = assessment?.events.contains { MailKind(about: $0.type) == .deviceMismatch } ?? false
            try news.noteNewDevice(account, session, proof.source, mails: !isTold, in: sql)
        }
        let nonce = proof.deviceNonce ?? cookies.newNonce()
        try watch.learn(proof, nonce: nonce, assessment, isFirst: record.isFirst, in: sql)
        let displaced = try cap.enforce(besides: session, from: proof.source, in: sql)
        return Opened(
            account: account, session: session, displaced: displaced,
            deviceCookie: proof.isKnownDevice
                ? nil : cookies.cookie(for: account.email, epoch: record.deviceEpoch, nonce: nonce))
    }

    /// The tickets to a session that is open and committed.
    func grant(_ opened: Opened) async throws -> SessionGrant {
        let now = opened.session.createdAt
        revoked.insert(opened.displaced, now: now)
        var grant = try await tickets.grant(opened.session, of: opened.account, lastActiveAt: now, now: now)
        grant.enrolBy = opened.enrolBy
        return grant
    }

    private func newSession(_ proof: SignInProof) -> Session {
        Session(
            id: world.identifier(), of: proof.account.id, by: proof.methods, at: world.now(), tickets.clocks,
            from: proof.source)
    }
}
