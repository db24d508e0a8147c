import AsyncHTTPClient
import Core
import Delivery
import Foundation
import Hummingbird
import Logging
import Storage
import TestSupport
import Testing

@Suite struct `messages to phones` {
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))
    private static let sid = "AC0123456789abcdef0123456789abcdef"

    private func account(from sender: String = "+15005550006") throws -> TwilioAccount {
        try #require(TwilioAccount(identifier: Self.sid, token: Secret("s3cret:token"), sender: sender))
    }

    private func message(_ body: String = "123456 is your code & more +1") throws -> SMSMessage {
        SMSMessage(
            id: OutboxID(high: 0x019b_7985_4e00_7000, low: 0x8000_0000_0000_0001),
            to: try #require(PhoneNumber("+49 (170) 123-4567")), body: body, date: TestWorld.start)
    }

    private func failure(
        _ server: StubServer, timeLimit: Duration = .seconds(20)
    ) async throws -> DeliveryFailure? {
        let (account, message) = (try account(), try message())
        return try await server.running { address in
            let transport = TwilioTransport(
                client: Self.client, baseURL: address + "/", account: account, timeLimit: timeLimit)
            do {
                try await transport.send(message)
                return nil
            } catch let failure as DeliveryFailure {
                return failure
            }
        }
    }

    @Test func `reach Twilio as its API wants them`() async throws {
        let server = StubServer(201, #"{"sid":"SM1","status":"queued"}"#)
        #expect(try await failure(server) == nil)
        let asked = try #require(server.asked.first)
        #expect(server.asked.count == 1)
        #expect(asked.head.path == "/2010-04-01/Accounts/\(Self.sid)/Messages.json")
        #expect(asked.header("content-type") == "application/x-www-form-urlencoded")
        let credentials = Data("\(Self.sid):s3cret:token".utf8).base64EncodedString()
        #expect(asked.header("authorization") == "Basic \(credentials)")
        #expect(
            asked.body
                == "To=%2B491701234567&From=%2B15005550006&Body=123456+is+your+code+%26+more+%2B1")
    }

    @Test func `can come from a messaging service`() async throws {
        let server = StubServer(201, "{}")
        let service = "MG0123456789abcdef0123456789abcdef"
        let (account, message) = (try account(from: service), try message())
        try await server.running { address in
            try await TwilioTransport(client: Self.client, baseURL: address, account: account).send(message)
        }
        #expect(server.asked.first?.body.contains("&MessagingServiceSid=\(service)&") == true)
    }

    @Test(arguments: [400, 401, 403, 404, 422])
    func `that Twilio refuses are not tried again, and the reason holds its code and no number`(status: Int)
        async throws
    {
        let server = StubServer(
            status, #"{"code":21211,"message":"The 'To' number +491701234567 is not valid.","status":400}"#)
        #expect(
            try await failure(server) == .permanent("Twilio refused the message (\(status), error 21211)"))
    }

    @Test func `that are refused without a reason say so`() async throws {
        #expect(try await failure(StubServer(404, "<html>")) == .permanent("Twilio refused the message (404)"))
    }

    @Test(arguments: [200, 204, 302, 429, 500, 503])
    func `are tried again after any other answer`(status: Int) async throws {
        let server = StubServer(status, headers: status == 302 ? [.location: "http://127.0.0.1:1/"] : [:])
        guard case .temporary(let reason) = try await failure(server) else { return #expect(Bool(false)) }
        #expect(reason.contains("\(status)"))
        #expect(server.asked.count == 1)
    }

    @Test func `wait for no Twilio that hangs`() async throws {
        let server = StubServer { _ in
            for await _ in AsyncStream<Never>.makeStream().stream {}
            return Response(status: .created)
        }
        #expect(try await failure(server, timeLimit: .milliseconds(300)) == .temporary("Twilio: it took too long"))
    }

    @Test(arguments: [
        ("AC123", "+15005550006"), ("XX0123456789abcdef0123456789abcdef", "+15005550006"),
        ("AC0123456789abcdef0123456789abcde/", "+15005550006"), (sid, ""), (sid, "a name that is too long"), (sid, "Ä"),
        (sid, "+123"),
    ])
    func `need an account as Twilio gives them`(identifier: String, sender: String) {
        #expect(TwilioAccount(identifier: identifier, token: Secret("t"), sender: sender) == nil)
        #expect(TwilioAccount(identifier: Self.sid, token: Secret("a\r\nb"), sender: "Gatehouse") == nil)
    }

    @Test(arguments: [
        "", "file:", "api.twilio.com", "http://api.twilio.com", "https://user@api.twilio.com", "https://",
        "ftp://x.example",
        "https://api.twilio.com:99999", "https://api.twilio.com?x=1",
    ])
    func `go nowhere else`(address: String) {
        #expect(throws: SMSURL.Problem.self) { try SMSURL(address) }
    }

    @Test func `become files that this user alone can read`() async throws {
        let scratch = try ScratchDirectory()
        let directory = scratch.url.appendingPathComponent("data/sms").path
        let transport = try #require(
            try SMSURL("file:\(directory)").transport(client: Self.client, account: nil, log: Logger(label: "test")))
        try await transport.send(try message())
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: directory).first)
        #expect(name == "20260101T120000000Z-019b7985-4e00-7000-8000-000000000001.txt")
        let text = try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)
        #expect(text == "To: +491701234567\n\n123456 is your code & more +1\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }
}
