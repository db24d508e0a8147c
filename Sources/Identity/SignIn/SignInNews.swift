import Accounts
import Core
import SecurityEvents
import Sessions
import Storage

/// What an owner and the log are told about a session that was just opened.
struct SignInNews: Sendable {
    private let world: World
    private let recorder: EventRecorder
    private let notices: Notices
    private let mailsNewDevices: Bool

    init(world: World, recorder: EventRecorder, notices: Notices, mailsNewDevices: Bool) {
        self.world = world
        self.recorder = recorder
        self.notices = notices
        self.mailsNewDevices = mailsNewDevices
    }

    /// Tells that the alarm of theft a moment ago was likely false, if it was.
    func noteFalseAlarm(
        _ account: Account, _ session: Session, _ source: RequestSource, in sql: any SQLSession
    ) throws {
        let alarm = try TheftAlarm.likelyFalse(
            about: account.id, signedInFrom: source, at: session.createdAt, in: sql)
        guard let alarm else { return }
        try recorder.record(
            Event(
                .tokenTheftLikelyFalse, in: world, user: account.id, session: session.id, from: source,
                detail: ["alarm": alarm.description]), in: sql)
    }

    /// Tells of a browser that was not seen before. The first sign-in of all is no news, and what the detection has mailed is not mailed twice.
    func noteNewDevice(
        _ account: Account, _ session: Session, _ source: RequestSource, mails: Bool, in sql: any SQLSession
    ) throws {
        let event = Event(.newDeviceLogin, in: world, user: account.id, session: session.id, from: source)
        try recorder.record(event, in: sql)
        if mails, mailsNewDevices {
            try notices.post(.newDevice, to: account, about: event, in: sql)
        }
    }
}
