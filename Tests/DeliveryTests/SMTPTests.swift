import Core
import Delivery
import Foundation
import Testing

@Suite(.enabled(if: MailCatcher.isThere, "needs /usr/bin/python3 with aiosmtpd (Debian: python3-aiosmtpd)"))
struct `sending to a mail server` {
    private static let password = "p:ss/wörd"
    private let certificate: Certificate

    init() throws { certificate = try Certificate() }

    /// Sends a mail to a server in `mode`. `url` gets the port where it says PORT and the certificate where it says CA.
    private func send(
        _ mode: String, to url: String = "smtp://localhost:PORT?ca=CA", isSecured: Bool = true,
        limit: Duration = .seconds(20)
    ) async throws -> (result: DeliveryFailure?, lines: [MailCatcher.Line]) {
        try await MailCatcher.whileRunning(mode, isSecured ? certificate : nil) { server in
            let transport = try transport(url, server, limit: limit)
            return await refusal(by: transport, try testMail(toName: "Bén", subject: "Grüße", text: "Hello\n.\nBye"))
        }
    }

    private func transport(_ url: String, _ server: MailCatcher, limit: Duration) throws -> SMTPTransport {
        let text = url.replacing("PORT", with: "\(server.port)").replacing("CA", with: certificate.path)
        guard case .server(let server) = try MailURL(text) else { throw MailCatcher.Ended() }
        return SMTPTransport(server, connectionLimit: limit, limit: limit)
    }

    private func refusal(by transport: SMTPTransport, _ mail: MailMessage) async -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            try await transport.send(mail)
            return nil
        } catch {
            return error
        }
    }

    private func expectTemporary(_ failure: DeliveryFailure?, _ words: String) {
        guard case .temporary(let reason) = failure else {
            Issue.record("\(String(describing: failure)) is not temporary")
            return
        }
        #expect(reason.contains(words))
        #expect(!reason.contains("ben@example.com") && !reason.contains(Self.password))
    }

    @Test func `hands it over, secured by STARTTLS`() async throws {
        let (failure, lines) = try await send("plain")
        #expect(failure == nil)
        let mail = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(mail.tls == true)
        #expect(mail.sender == "no-reply@crm.example")
        #expect(mail.recipients == ["ben@example.com"])
        #expect(mail.ehlo == "crm.example")
        // Byte for byte, the dots of the lines included.
        #expect(
            mail.content
                == String(
                    decoding: try testMail(toName: "Bén", subject: "Grüße", text: "Hello\n.\nBye").bytes, as: UTF8.self)
        )
    }

    @Test func `hands it over, secured from the start`() async throws {
        let (failure, lines) = try await send("tls", to: "smtps://localhost:PORT?ca=CA")
        #expect(failure == nil)
        #expect(lines.first?.tls == true)
    }

    @Test func `hands a large one over whole`() async throws {
        let mail = try testMail(text: String(repeating: "..\nGrüße an alle\n", count: 20_000))
        let (failure, lines) = try await MailCatcher.whileRunning("plain", certificate) { server in
            try await refusal(by: transport("smtp://localhost:PORT?ca=CA", server, limit: .seconds(60)), mail)
        }
        #expect(failure == nil)
        #expect(lines.first?.content == String(decoding: mail.bytes, as: UTF8.self))
    }

    @Test func `sends nothing when the server offers no TLS`() async throws {
        let (failure, lines) = try await send("plain", isSecured: false)
        expectTemporary(failure, "STARTTLS")
        #expect(lines.isEmpty)
    }

    @Test(arguments: ["none", "opportunistic"])
    func `goes on without TLS only where that was said`(mode: String) async throws {
        let (failure, lines) = try await send("plain", to: "smtp://localhost:PORT?tls=\(mode)", isSecured: false)
        #expect(failure == nil)
        #expect(lines.first?.tls == false)
    }

    @Test func `takes the TLS that is offered`() async throws {
        let (failure, lines) = try await send("plain", to: "smtp://localhost:PORT?tls=opportunistic&ca=CA")
        #expect(failure == nil)
        #expect(lines.first?.tls == true)
    }

    @Test(arguments: [
        // Signed by nobody who is trusted; and for another host than the one that is asked.
        ("plain", "smtp://localhost:PORT"), ("tls", "smtps://localhost:PORT"), ("plain", "smtp://127.0.0.1:PORT?ca=CA"),
        ("plain", "smtp://localhost:PORT?tls=opportunistic"),
    ])
    func `believes no certificate that does not fit`(mode: String, url: String) async throws {
        let (failure, lines) = try await send(mode, to: url)
        expectTemporary(failure, "SSL")
        #expect(lines.isEmpty)
    }

    @Test func `signs in`() async throws {
        let (failure, lines) = try await send(
            "auth", to: "smtp://ana@example.com:p:ss%2Fw%C3%B6rd@localhost:PORT?ca=CA")
        #expect(failure == nil)
        #expect(lines.first?.password == Self.password)
        #expect(lines.last?.signedIn == true)
    }

    @Test func `takes a wrong password for the operator's matter`() async throws {
        let (failure, _) = try await send("auth", to: "smtp://ana@example.com:hunter2@localhost:PORT?ca=CA")
        expectTemporary(failure, "refuses the user or the password: 535")
        #expect(!"\(String(describing: failure))".contains("hunter2"))
    }

    @Test func `takes a missing password for the operator's matter`() async throws {
        expectTemporary(try await send("auth").result, "530")
    }

    @Test func `gives up on a recipient that is refused`() async throws {
        let (failure, lines) = try await send("recipient_refused")
        #expect(failure == .permanent("the mail server refuses the recipient: 550 5.1.1 <…>: no such user"))
        #expect(lines.isEmpty)
    }

    @Test func `gives up on a mail that is refused`() async throws {
        let (failure, _) = try await send("content_refused")
        #expect(failure == .permanent("the mail server refuses the mail: 554 5.7.1 this looks like spam"))
    }

    @Test(arguments: [
        ("busy", "refuses the recipient: 451 4.3.0 try again later"), ("sender_refused", "refuses the sender: 550"),
        ("dies", "could not be handed over"),
    ])
    func `tries again what may pass`(mode: String, words: String) async throws {
        expectTemporary(try await send(mode).result, words)
    }

    @Test func `waits no longer than it may`() async throws {
        expectTemporary(try await send("hangs", limit: .milliseconds(500)).result, "timed out")
    }

    @Test func `stops when nobody waits for it any more`() async throws {
        let (failure, _) = try await MailCatcher.whileRunning("hangs", certificate) { server in
            let transport = try transport("smtp://localhost:PORT?ca=CA", server, limit: .seconds(60))
            let mail = try testMail()
            let task = Task { await self.refusal(by: transport, mail) }
            #expect(await server.nextLine()?.reached == "EHLO")
            task.cancel()
            return await task.value
        }
        expectTemporary(failure, "stopped")
    }

    @Test(arguments: ["smtp://localhost:1", "smtp://no-such-host.invalid:587", "smtps://localhost:1"])
    func `tries again when the server is away`(url: String) async throws {
        guard case .server(let server) = try MailURL(url) else { throw MailCatcher.Ended() }
        expectTemporary(
            await refusal(by: SMTPTransport(server, limit: .seconds(20)), try testMail()), "could not be handed over")
    }

    @Test func `serves many at once`() async throws {
        let (failures, lines) = try await MailCatcher.whileRunning("plain", certificate) { server in
            let transport = try transport("smtp://localhost:PORT?ca=CA", server, limit: .seconds(60))
            return try await withThrowingTaskGroup(of: DeliveryFailure?.self) { group in
                for _ in 0..<10 {
                    let mail = try testMail()
                    group.addTask { await self.refusal(by: transport, mail) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(failures == Array(repeating: nil, count: 10))
        #expect(lines.count == 10)
    }
}
