import Accounts
import Core
import SecurityEvents
import Storage

/// Mails the link by which somebody chooses a new password.
struct ResetLink: Sendable {
    private let world: World
    private let links: MailedLinks
    private let mailbox: Mailbox
    private let recorder: EventRecorder

    init(world: World, links: MailedLinks, mailbox: Mailbox, recorder: EventRecorder) {
        self.world = world
        self.links = links
        self.mailbox = mailbox
        self.recorder = recorder
    }

    /// Writes link, mail and event, or for nobody as many rows that lead nowhere.
    func mail(to account: Account?, from source: RequestSource, in sql: any SQLSession) throws {
        let token = links.newToken()
        let event = Event(
            .passwordResetRequested, in: world, user: account?.id, from: source,
            detail: ["known": String(account != nil)])
        try links.write(token, .resetPassword, of: account?.id, about: account?.email.text ?? "", in: sql)
        try recorder.record(event, in: sql)
        let expiry = world.now() + LinkPurpose.resetPassword.life
        let values = [
            "link": mailbox.link(LinkPurpose.resetPassword.path, token: token),
            "minutes": String(LinkPurpose.resetPassword.life.milliseconds / 60_000),
            "ip": source.ip?.description ?? "", "device": DeviceName(userAgent: source.userAgent).description,
        ]
        let mail =
            account.map { OutgoingMail(.resetPassword, to: $0, values: values) }
            ?? OutgoingMail(toNobody: .resetPassword, values: values)
        try mailbox.post(mail.expiring(at: expiry), in: sql)
    }
}
