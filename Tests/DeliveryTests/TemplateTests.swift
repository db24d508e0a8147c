import Accounts
import Foundation
import Identity
import MailTemplates
import Testing

@Suite struct `the texts of mails` {
    private static let link = "https://crm.example/path?token=abc&x=1"
    private static let values = [
        "name": "Ana Müller", "product": "Gatehouse", "link": link, "minutes": "10", "hours": "24", "days": "7",
        "device": "Firefox on Linux", "place": "Berlin, Germany", "ip": "203.0.113.9", "at": "2026-01-31T09:05:00.123Z",
        "address": "new@example.com", "role": "agent", "inviter": "Bob O'Neil", "factor": "Phone", "clients": "3",
        "keyName": "Lead source", "keyHint": "a2b3", "scopes": "clients:read, clients:write",
        "journey": "Melbourne, Australia; 9,600 miles away", "challenged": "yes", "blocked": "yes",
        "notMeLink": link, "undoLink": link, "by": "Bob O'Neil (bob@example.com)",
        "title": "Call about the offer", "kind": "Call", "client": "Jane Doe",
        "when": "Monday, 9 March 2026, 09:00 (America/New_York)", "location": "1 Main Street",
        "host": "hooks.example.com", "reason": "it answered 500", "since": "2026-01-28T09:05:00.123Z",
    ]

    @Test func `are there for every kind of mail`() {
        #expect(Set(MailTemplates.names) == Set(MailKind.allCases.map(\.rawValue)))
    }

    @Test func `are none for anything else`() throws {
        let templates = try MailTemplates()
        for name in ["", "frame_text", "details", "verify_email.mustache"] {
            #expect(throws: MailTemplates.Unknown.self) { try templates.render(name, [:]) }
        }
    }

    @Test(arguments: MailTemplates.names)
    func `are whole with every value`(name: String) throws {
        let mail = try MailTemplates().render(name, Self.values)
        try expectWhole(mail)
        #expect(mail.text.hasPrefix("Hello Ana Müller,\n\n"))
        #expect(mail.html.contains("<p>Hello Ana Müller,</p>"))
    }

    @Test(arguments: MailTemplates.names)
    func `are whole without any value`(name: String) throws {
        let templates = try MailTemplates()
        let mail = try templates.render(name, [:])
        try expectWhole(mail)
        #expect(mail.text.hasPrefix("Hello,\n\n"))
        #expect(!mail.text.contains("http") && !mail.html.contains("<a "))
        // An empty value is none.
        let empty = try templates.render(name, Self.values.mapValues { _ in "" })
        #expect(empty == mail)
    }

    @Test(arguments: MailTemplates.names)
    func `are whole when any one value is missing`(name: String) throws {
        let templates = try MailTemplates()
        for missing in Self.values.keys {
            try expectWhole(try templates.render(name, Self.values.filter { $0.key != missing }))
        }
    }

    private func expectWhole(_ mail: (subject: String, text: String, html: String)) throws {
        #expect(!mail.subject.isEmpty && !mail.subject.contains("\n"))
        for form in [mail.subject, mail.text] {
            #expect(!form.contains("{{") && !form.contains("}}") && !form.contains("  ") && !form.contains(" ."))
            #expect(!form.contains("&amp;") && !form.contains("&#39;") && !form.contains("Subject:"))
        }
        #expect(!mail.text.contains("\n\n\n") && !mail.text.contains(" \n") && !mail.text.contains("]("))
        #expect(mail.text.hasSuffix("\n\nGatehouse\n"))
        for foreign in ["<img", "<script", "src=", "style=", "@import", "url(", "{{", "<p></p>", "](", "<br></p>"] {
            #expect(!mail.html.contains(foreign))
        }
        #expect(mail.html.contains("color-scheme"))
    }

    @Test func `give every link as it is, in both forms`() throws {
        let templates = try MailTemplates()
        for name in ["verify_email", "reset_password", "account_unlock", "invitation", "email_change_confirm"] {
            let mail = try templates.render(name, ["link": Self.link])
            #expect(mail.text.contains(":\n\(Self.link)\n"))
            #expect(mail.html.contains("href=\"https://crm.example/path?token=abc&amp;x=1\""))
        }
        let notices = [
            "new_device", "password_changed", "password_reset", "token_theft", "export_made", "factor_added",
            "factor_removed", "device_mismatch", "geo_anomaly",
        ]
        for name in notices {
            #expect(try templates.render(name, ["notMeLink": Self.link]).text.contains(":\n\(Self.link)\n"))
        }
        #expect(try templates.render("email_changed", ["undoLink": Self.link]).text.contains(":\n\(Self.link)\n"))
    }

    @Test func `say what became of a sign-in from a new device, and where an unusual one was`() throws {
        let templates = try MailTemplates()
        #expect(try templates.render("device_mismatch", ["blocked": "yes"]).text.contains("They were not let in."))
        #expect(try templates.render("device_mismatch", ["challenged": "yes"]).text.contains("asked for more proof"))
        #expect(try templates.render("device_mismatch", [:]).text.contains("Somebody signed in to your"))
        let journey = "Melbourne, Australia; 9,600 miles from your last sign-in in Denver, United States"
        #expect(try templates.render("geo_anomaly", ["journey": journey]).text.contains("\n\(journey)\n"))
    }

    @Test func `make links of the web alone`() throws {
        let mail = try MailTemplates().render("verify_email", ["link": "javascript:alert(1)"])
        #expect(!mail.html.contains("<a "))
    }

    @Test func `tell when, where and from what`() throws {
        let text = try MailTemplates().render("new_device", Self.values).text
        let details =
            "When: 31 January 2026, 09:05 UTC\nDevice: Firefox on Linux\n"
            + "Place: Berlin, Germany\nNetwork address: 203.0.113.9\n"
        #expect(text.contains(details))
    }

    @Test(arguments: ["soon", "2026-13-01T00:00:00Z", "T", "TZ", "2026-01T00:00:00Z", "-T-Z", "2026-01-31T9Z"])
    func `keep a time that is none`(text: String) throws {
        #expect(try MailTemplates().render("account_disabled", ["at": text]).text.contains("When: \(text)\n"))
    }

    @Test func `escape in the HTML and only there`() throws {
        let mail = try MailTemplates().render(
            "invitation", ["name": "<b>Ana & Co</b>".replacing("/", with: ""), "inviter": "Bob O'Neil", "role": "<i>"])
        #expect(mail.text.hasPrefix("Hello <b>Ana & Co<b>,"))
        #expect(mail.html.contains("<p>Hello &lt;b&gt;Ana &amp; Co&lt;b&gt;,</p>") && mail.html.contains("&lt;i&gt;"))
        #expect(mail.subject == "Bob O'Neil invites you to Gatehouse")
    }

    /// Somebody could register a stranger's address under a name that is an advertisement, and we would send it.
    @Test(arguments: [
        "Win at https://evil.example", "evil.example", "www.evil.com", "Call me:", "a/b", "x@evil.example",
        "evil。example",
        String(repeating: "long ", count: 60),
    ])
    func `repeat no name that could be a link`(name: String) throws {
        let mail = try MailTemplates().render("invitation", ["name": name, "inviter": name])
        #expect(mail.text.hasPrefix("Hello,"))
        #expect(mail.subject == "You are invited to Gatehouse")
        #expect(!mail.text.contains("evil") && !mail.html.contains("evil"))
    }

    @Test(arguments: ["Ana Müller", "J. R. R. Tolkien", "Dr. No", "O'Neil-Smith", "山田 太郎", "J.R. Ewing"])
    func `greet people by their names`(name: String) throws {
        #expect(try MailTemplates().render("new_device", ["name": name]).text.hasPrefix("Hello \(name),"))
    }

    @Test func `take no lines and no links from a value`() throws {
        let trap = "x\r\n\r\nSubject: evil\n\n[Press](https://evil.example)\n{{link}}"
        let mail = try MailTemplates().render("new_device", ["device": trap, "place": trap, "name": "a\nb"])
        #expect(mail.subject == "A sign-in from a new device")
        #expect(!mail.html.contains("<a "))
        #expect(mail.text.hasPrefix("Hello a b,\n"))
    }
}
