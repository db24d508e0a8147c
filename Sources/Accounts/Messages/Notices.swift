package import Core
package import SecurityEvents
package import Storage

/// Mails that tell somebody what happened to their account, each with a way to say "this wasn't me".
package struct Notices: Sendable {
    private let mailbox: Mailbox
    private let links: MailedLinks
    private let places: PlaceDatabase

    /// Notices go out through `mailbox`, with links of `links`; `places` says where an address is.
    package init(mailbox: Mailbox, links: MailedLinks, places: PlaceDatabase) {
        self.mailbox = mailbox
        self.links = links
        self.places = places
    }

    /// Posts a notice about `event` to `account`, in the transaction of what happened. `wayBack` is what its link is good for, and
    /// `address` where the notice goes when that is not the account's present address. After `expiry` it is of no use and is not sent.
    package func post(
        _ kind: MailKind, to account: Account, about event: Event, values: [String: String] = [:],
        wayBack: LinkPurpose? = .notMe, address: EmailAddress? = nil, expiry: Timestamp? = nil,
        in sql: any SQLSession
    ) throws {
        guard mailbox.isEnabled else { return }
        let address = address ?? account.email
        var values = values
        values["at"] = event.at.iso8601
        values["ip"] = event.source.ip?.description
        values["place"] = event.source.ip.flatMap(places.place)?.description
        values["device"] = DeviceName(userAgent: event.source.userAgent).description
        if let wayBack {
            let token = links.newToken()
            try links.write(token, wayBack, of: account.id, about: address.text, in: sql)
            values[wayBack == .undoEmailChange ? "undoLink" : "notMeLink"] = mailbox.link(wayBack.path, token: token)
        }
        let mail = OutgoingMail(
            kind, to: address, name: "\(account.firstName) \(account.lastName)", values: values)
        try mailbox.post(
            expiry.map { mail.expiring(at: $0) } ?? mail, cause: "\(kind.rawValue):\(event.id):\(account.id)", in: sql)
    }
}
