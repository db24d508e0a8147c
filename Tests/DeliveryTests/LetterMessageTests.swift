import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import Delivery

@Suite struct `a letter to a client` {
    @Test func `is answered to its agent, and is ended by one click at an address that stays whole`() throws {
        let address = try #require(EmailAddress("mia@example.com"))
        let sender = MailSender(name: "Ana Müller", address: try #require(EmailAddress("no-reply@office.example")))
        let link = "<https://office.example/unsubscribe?token=\(String(repeating: "a", count: 90))>"
        var message = MailMessage(
            id: TestWorld().world.identifier(), to: (address, "Mia"), from: sender, subject: "Hello", text: "Hello",
            html: "<p>Hello</p>", date: Timestamp(milliseconds: 0),
            headers: [
                MailMessage.Header("List-Unsubscribe", link),
                MailMessage.Header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ])
        message.replyTo = MailSender(name: "Ana", address: try #require(EmailAddress("ana@example.com")))
        let lines = String(decoding: message.bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.contains("Reply-To: Ana <ana@example.com>"))
        #expect(lines.contains("List-Unsubscribe:"))
        #expect(lines.contains(" \(link)"))
        #expect(lines.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"))
        #expect(!lines.contains { $0.hasPrefix("Auto-Submitted") })
    }
}
