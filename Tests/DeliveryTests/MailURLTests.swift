import Core
import Delivery
import TestSupport
import Testing

@Suite struct `MAIL_URL` {
    private func server(_ text: String) throws -> MailServer {
        guard case .server(let server) = try MailURL(text) else { throw UnexpectedURL() }
        return server
    }

    @Test(arguments: [
        ("smtp://mail.example.com", "smtp://mail.example.com:587", MailServer.Security.required),
        ("smtp://Mail.Example.com:25/", "smtp://mail.example.com:25", .required),
        ("smtp://ana:pw@mail.example.com?tls=required", "smtp://mail.example.com:587", .required),
        ("smtps://mail.example.com", "smtps://mail.example.com:465", .fromStart),
        ("smtps://[2001:db8::1]:2465", "smtps://[2001:db8::1]:2465", .fromStart),
        ("smtp://localhost:25?tls=none", "smtp://localhost:25", .none),
        ("smtp://127.0.0.1:25?tls=none", "smtp://127.0.0.1:25", .none),
        ("smtp://[::1]:25?tls=none", "smtp://[::1]:25", .none),
        ("smtp://relay:25?tls=opportunistic", "smtp://relay:25", .opportunistic),
        ("smtp://a:b@localhost?tls=opportunistic", "smtp://localhost:587", .opportunistic),
    ])
    func `names a server and its protection`(text: String, shown: String, security: MailServer.Security) throws {
        let server = try server(text)
        #expect(server.description == shown)
        #expect(server.security == security)
        #expect(try MailURL(text).description == shown)
    }

    @Test(arguments: [
        ("smtp://ana:secret@h.example", "ana", "secret"),
        ("smtp://ana@example.com:s%40c@h.example", "ana@example.com", "s@c"),
        ("smtp://a%3Ab:c:d@h.example", "a:b", "c:d"), ("smtp://apikey:%25%2F%3F%23%C3%BC@h.example", "apikey", "%/?#ü"),
    ])
    func `names who signs in`(text: String, user: String, password: String) throws {
        let credentials = try #require(try server(text).credentials)
        #expect(credentials.user.exposed == user)
        #expect(credentials.password.exposed == password)
    }

    @Test func `trusts a certificate file`() throws {
        #expect(try server("smtps://mail.lan?ca=/etc/ssl/our%20ca.pem").authorityFile == "/etc/ssl/our ca.pem")
        #expect(try server("smtp://mail.lan?tls=required&ca=ca.pem").authorityFile == "ca.pem")
        #expect(try server("smtp://mail.lan").authorityFile == nil)
    }

    @Test(arguments: [
        ("file:./data/mail", "./data/mail"), ("file:/var/mail", "/var/mail"), ("file:///var/mail", "/var/mail"),
    ])
    func `names a directory`(text: String, path: String) throws {
        #expect(try MailURL(text) == .directory(path: path))
    }

    @Test(arguments: [
        "", "hunter2", "http://hunter2", "smtp:hunter2", "smtp://", "smtp://:25", "file:", "file://",
        "smtp://h\u{E9}.example",
        "smtp://u:hunter2@", "smtp://u:hunter2@h:0", "smtp://u:hunter2@h:65536", "smtp://u:hunter2@h:x",
        "smtp://u:hunter2@h:",
        "smtp://u:hunter2@h:+25", "smtp://u:hunter2@h/path", "smtp://u:hunter2/2@h", "smtp://u:hunter2#2@h",
        "smtp://u:hunter2?2@h",
        "smtp://u@h", "smtp://:hunter2@h", "smtp://u:@h", "smtp://u:hunter2%@h", "smtp://u:hunter2%zz@h",
        "smtp://u:hunter2%ff@h",
        "smtp://u:hunter2%0a@h", "smtp://u:hunter2%00@h", "smtp://u:hunter2@h\r\nx", "smtp://u:hunter2@h x",
        "smtp://[::1",
        "smtp://[1.2.3.4]", "smtp://[x]:25", "smtp://[::1]x", "smtp://h?tls=hunter2", "smtp://h?tls=", "smtp://h?tls",
        "smtp://h?hunter2=1",
        "smtp://h?tls=none", "smtp://h?tls=required&tls=none", "smtp://u:hunter2@h?tls=opportunistic",
        "smtps://localhost?tls=none",
        "smtps://h?tls=opportunistic", "smtp://localhost.example?tls=none", "smtp://h?ca=%00",
    ])
    func `is refused without a word of its password`(text: String) throws {
        let problem = try #require(throws: MailURL.Problem.self) { try MailURL(text) }
        #expect(!problem.description.contains("hunter2"))
        #expect(problem.description.hasSuffix("."))
    }

    @Test func `shows its password nowhere`() throws {
        let url = try MailURL("smtp://ana:hunter2@mail.example.com")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(reflecting: url), dumped] {
            #expect(!text.contains("hunter2") && !text.contains("ana"))
        }
    }

    @Test func `is read from random bytes without a trap`() {
        let world = TestWorld(seed: 3)
        let characters = Array("smtps://file:@[]?&=%0aé:tlscano.#1")
        for index in 0..<20_000 {
            let bytes = world.randomBytes(index % 24)
            let rest =
                index % 2 == 0
                ? String(decoding: bytes, as: UTF8.self) : String(bytes.map { characters[Int($0) % characters.count] })
            _ = try? MailURL(["smtp://", "smtps://", "file:", ""][index % 4] + rest)
        }
    }
}

/// Names no server.
private struct UnexpectedURL: Error {}

@Suite struct `the sender of mails` {
    @Test(arguments: [
        ("no-reply@example.com", ""), ("<no-reply@example.com>", ""), ("Gatehouse <no-reply@example.com>", "Gatehouse"),
        ("\"Müller, Söhne\" <No-Reply@Example.com>", "Müller, Söhne"), ("A\r\nB <no-reply@example.com>", "A B"),
    ])
    func `is read with or without a name`(text: String, name: String) throws {
        let sender = try #require(MailSender(text))
        #expect(sender.name == name)
        #expect(sender.address.text == "no-reply@example.com")
    }

    @Test(arguments: [
        "", "Gatehouse", "Gatehouse <>", "a@example.com, b@example.com", "A <b> <c@example.com>", "A <a@example.com> x",
    ])
    func `is refused when it is none`(text: String) { #expect(MailSender(text) == nil) }
}
