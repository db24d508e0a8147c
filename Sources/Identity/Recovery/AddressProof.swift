import Accounts
import Core
import Storage

/// Mails the link by which somebody proves that an address is theirs.
struct AddressProof: Sendable {
    private let world: World
    private let links: MailedLinks
    private let mailbox: Mailbox

    init(world: World, links: MailedLinks, mailbox: Mailbox) {
        self.world = world
        self.links = links
        self.mailbox = mailbox
    }

    /// Whether anything can be mailed.
    var isPossible: Bool { mailbox.isEnabled }

    /// Tells the owner of `address`, who has an account, that somebody tried to make one; the statements are those of a link.
    func mailKnown(_ address: EmailAddress, in sql: any SQLSession) throws {
        try links.write(links.newToken(), .verifyEmail, of: nil, about: "", in: sql)
        try mailbox.post(OutgoingMail(.accountExists, to: address, name: ""), in: sql)
    }

    /// Writes the link and its mail to `address`, or for nobody as many rows that lead nowhere.
    func mail(
        _ kind: MailKind, to recipient: (account: Account, address: EmailAddress)?, in sql: any SQLSession
    ) throws {
        let token = links.newToken()
        try links.write(
            token, .verifyEmail, of: recipient?.account.id, about: recipient?.address.text ?? "", in: sql)
        let values = [
            "link": mailbox.link(LinkPurpose.verifyEmail.path, token: token),
            "hours": String(LinkPurpose.verifyEmail.life.milliseconds / 3_600_000),
            "address": recipient?.address.shown ?? "",
        ]
        let expiry = world.now() + LinkPurpose.verifyEmail.life
        let mail = recipient.map { account, address in
            OutgoingMail(kind, to: address, name: "\(account.firstName) \(account.lastName)", values: values)
        }
        try mailbox.post(
            (mail ?? OutgoingMail(toNobody: kind, values: values)).expiring(at: expiry), in: sql)
    }
}
