import Accounts
import Core
import HTTPTypes
import Identity
import NIOCore
import SecurityEvents
import Sessions
import Storage
import TestSupport

@testable import Web

extension Office {
    /// The environment of an office that sends mail; it waits in the outbox, where tests read it.
    static let withMail = ["MAIL_URL": "file:./not-written-in-tests", "REQUIRE_EMAIL_VERIFICATION": "false"]

    /// The newest mail of `kind` to `address`, once it is written.
    func mail(_ kind: MailKind, to address: String) async throws -> OutgoingMail {
        let items = try await Outbox(database: gate.database, world: clock.world).list(nil, limit: 1000)
        for item in items {
            if case .mail(let mail) = gate.mailbox.open(item), mail.kind == kind, mail.address == address {
                return mail
            }
        }
        throw Surprise("no \(kind.rawValue) to \(address)")
    }

    /// The token of the link in that mail. A second passes, so that the next mail is newer.
    func token(_ kind: MailKind, to address: String, _ value: String = "link") async throws -> String {
        let link = try await mail(kind, to: address).values[value] ?? ""
        clock.advance(by: .seconds(1))
        guard let token = link.split(separator: "=").last else { throw Surprise("no link in \(kind.rawValue)") }
        return String(token)
    }
}

extension Visitor {
    /// Sends the form of a page, as a browser does.
    func submit(_ path: String, _ fields: [String: String]) async throws -> Answer {
        let body = fields.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "&")
        return try await send(
            .post, path, body: .init(string: body), headers: ["Content-Type": "application/x-www-form-urlencoded"])
    }
}
