import Accounts
import CRM
import Core
import Storage

/// The colleagues whom a note about one client mentions. They are told by mail that there is a note, not what it says.
struct Mentions {
    private let client: Client
    private let author: AccountID

    init(of client: Client, by author: AccountID) {
        self.client = client
        self.author = author
    }

    /// The accounts with these identities, each of which must be active and reach the client. Somebody who does not exist and somebody who does
    /// not see the client are refused alike.
    func readers(
        _ mentions: [AccountID], _ check: inout FieldCheck, in session: any SQLSession
    ) throws -> [Account] {
        guard !mentions.isEmpty else { return [] }
        let list = mentions.map { "\($0)" as SQL }.joined(separator: ", ")
        let accounts = try session.rows(
            """
            SELECT \(AccountTable.columns) FROM account
            WHERE id IN (\(list)) AND \(ClientVisibility.isReached(client.id)) ORDER BY id
            """
        ).map { try Account($0) }
        for (index, id) in mentions.enumerated() where !accounts.contains(where: { $0.id == id }) {
            check.refuse("mentions[\(index)]", .unknownAccount, "No colleague with this identity sees the client.")
        }
        return accounts
    }

    /// Posts a mail to each of `readers` but the author.
    func tell(
        _ readers: [Account], of entry: TimelineEntry, through mailbox: Mailbox, in session: any SQLSession
    ) throws {
        for reader in readers where reader.id != author {
            let mail = OutgoingMail(
                .mentioned, to: reader, values: ["link": mailbox.link(to: "/clients/\(client.id)")])
            try mailbox.post(mail, cause: "mentioned:\(entry.id):\(reader.id)", in: session)
        }
    }
}
