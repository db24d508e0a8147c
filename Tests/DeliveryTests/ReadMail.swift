import Accounts
import Core
import Delivery
import Foundation
import Storage
import TestSupport
import Testing

/// A mail as Python's `email` package reads it.
struct ReadMail: Decodable {
    struct Mailbox: Decodable, Equatable {
        let name: String
        let address: String
    }

    let subject: String
    let from: [Mailbox]
    let to: [Mailbox]
    let headers: [String]
    let messageID: String
    let date: Int64
    let type: String
    let parts: [String]
    let text: String
    let html: String
    let defects: [String]

    private static let script = """
        import base64, email, email.policy, json, sys
        from email.header import decode_header, make_header
        from email.utils import getaddresses
        def read(raw):
            mail = email.message_from_bytes(raw, policy=email.policy.default)
            # The newer parser puts spaces between the encoded words of a name, against RFC 2047 section 6.2.
            old = email.message_from_bytes(raw)
            def boxes(name):
                return [
                    {"name": str(make_header(decode_header(shown))), "address": address}
                    for shown, address in getaddresses([old[name]])
                ]
            def body(kind):
                part = mail.get_body((kind,))
                return part.get_payload(decode=True).decode("utf-8").replace("\\r\\n", "\\n")
            defects = [d for part in mail.walk() for d in part.defects]
            defects += [d for value in mail.values() for d in getattr(value, "defects", [])]
            return {
                "subject": mail["subject"], "from": boxes("from"), "to": boxes("to"), "headers": mail.keys(),
                "messageID": mail["message-id"], "date": int(mail["date"].datetime.timestamp()),
                "type": mail.get_content_type(), "parts": [p.get_content_type() for p in mail.iter_parts()],
                "text": body("plain"), "html": body("html"), "defects": [repr(d) for d in defects],
            }
        print(json.dumps([read(base64.b64decode(raw)) for raw in json.load(sys.stdin)]))
        """

    /// Reads all of `mails` in one process.
    static func read(_ mails: [[UInt8]]) throws -> [ReadMail] {
        let input = try JSONEncoder().encode(mails.map { Data($0) })
        return try JSONDecoder().decode([ReadMail].self, from: Python.run(script, input: input))
    }
}

/// A mail to test with.
func testMail(
    to address: String = "ben@example.com", toName: String = "", fromName: String = "Gatehouse",
    subject: String = "Hello",
    text: String = "Hello", html: String = "<p>Hello</p>", headers: [MailMessage.Header] = [],
    at date: Timestamp = TestWorld.start
) throws -> MailMessage {
    let sender = MailSender(name: fromName, address: try #require(EmailAddress("no-reply@crm.example")))
    return MailMessage(
        id: OutboxID(high: 0x019b_7985_4e00_7000, low: 0x8000_0000_0000_0001),
        to: (try #require(EmailAddress(address)), toName),
        from: sender, subject: subject, text: text, html: html, date: date, headers: headers)
}
