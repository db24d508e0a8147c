import Core
import Crypto
import Delivery
import Foundation
import Hummingbird
import Identity
import Logging
import SecurityEvents
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `alerts to Slack and to a webhook` {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private static func posting(
        allowsPrivate: Bool = true, timeLimit: Duration = .seconds(60),
        resolve: @escaping GuardedPost.Resolver = GuardedPost.systemResolver
    ) -> GuardedPost {
        GuardedPost(allowsPrivate: allowsPrivate, timeLimit: timeLimit, resolve: resolve)
    }

    /// What became of an alert that waits for `kind` on a database of its own.
    private func deliver(
        to server: StubServer, _ kind: AlertChannel, times: Int = 1, timeLimit: Duration = .seconds(60),
        between: @escaping @Sendable (TestWorld) -> Void = { _ in }
    ) async throws -> OutboxItem? {
        try await withDatabase(.sqlite) { database in
            let time = TestWorld()
            let fixture = try await AlertFixture.open(database, time)
            try await fixture.happen(.tokenTheftDetected, device: "<!channel> & *x*")
            return try await server.running { address in
                _ = try await fixture.dispatch(slack: address, webhook: address + "/hook").dispatchDue()
                let sender: any OutboxSender =
                    kind == .slack
                    ? SlackSender(
                        url: Secret(address + "/services/T0/B0/x"), seal: fixture.seal,
                        post: Self.posting(timeLimit: timeLimit))
                    : WebhookSender(
                        url: Secret(address + "/hook"), signer: WebhookSigner(Secret(Self.secret)), seal: fixture.seal,
                        post: Self.posting(timeLimit: timeLimit), world: time.world)
                var log = Logger(label: "test")
                log.logLevel = .critical
                let outbox = Outbox(database: database, world: time.world)
                let delivery = OutboxDelivery(outbox: outbox, sender: sender, logger: log, world: time.world)
                for _ in 0..<times {
                    _ = try await delivery.deliverDue()
                    between(time)
                }
                return try await outbox.list(nil, limit: 100).first { $0.kind == kind.rawValue }
            }
        }
    }

    @Test func `reach Slack as blocks in which strangers' words are words`() async throws {
        let server = StubServer(200, "ok")
        let item = try await deliver(to: server, .slack)
        #expect(item?.state == .sent)
        let asked = try #require(server.asked.first)
        #expect(asked.header("content-type") == "application/json")
        let body = try JSONDecoder().decode(SlackMessage.self, from: Data(asked.body.utf8))
        #expect(body.text == "Security alert: token_theft_detected")
        let block = try #require(body.blocks.first)
        #expect(block.type == "section" && block.text.type == "mrkdwn")
        #expect(block.text.text.contains("Network address: 192.0.2.7"))
        #expect(!block.text.text.contains("<!channel>"))
    }

    private struct SlackMessage: Decodable {
        struct Block: Decodable {
            struct Text: Decodable {
                let type: String
                let text: String
            }
            let type: String
            let text: Text
        }
        let text: String
        let blocks: [Block]
    }

    @Test func `reach the webhook signed over identity, time and body`() async throws {
        let server = StubServer(204)
        let item = try #require(try await deliver(to: server, .webhook))
        #expect(item.state == .sent)
        let asked = try #require(server.asked.first)
        #expect(asked.head.path == "/hook")
        #expect(asked.header("webhook-id") == item.id.description)
        let time = try #require(asked.header("webhook-timestamp"))
        #expect(time == String(TestWorld.start.seconds))
        let key = try #require(Data(base64Encoded: String(Self.secret.dropFirst(6))))
        let code = HMAC<SHA256>.authenticationCode(
            for: Data("\(item.id).\(time).\(asked.body)".utf8), using: SymmetricKey(data: key))
        #expect(asked.header("webhook-signature") == "v1," + Data(code).base64EncodedString())
        #expect(asked.body.contains(#""type":"security.token_theft_detected""#))
    }

    /// The example that the authors of Standard Webhooks publish with their libraries.
    @Test func `are signed as Standard Webhooks publish it`() throws {
        let signer = try #require(WebhookSigner(Secret(Self.secret)))
        let signature = signer.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330", body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: ["", "short", "whsec_", "whsec_!!!", "whsec_c2hvcnQ="])
    func `take no weak secret`(secret: String) { #expect(WebhookSigner(Secret(secret)) == nil) }

    @Test func `wait through an hour in which Slack answers 500`() async throws {
        let isDown = Mutex(true)
        let server = StubServer { _ in
            isDown.withLock { $0 }
                ? Response(status: .internalServerError)
                : Response(status: .ok, body: .init(byteBuffer: .init(string: "ok")))
        }
        let item = try await deliver(to: server, .slack, times: 300) { time in
            time.advance(by: .seconds(30))
            if time.now - TestWorld.start > .hours(1) { isDown.withLock { $0 = false } }
        }
        #expect(item?.state == .sent)
        // Fewer than a try every five minutes, and more than none.
        #expect((4...20).contains(server.asked.count), "\(server.asked.count) tries")
    }

    @Test func `are not held up by a Slack that hangs`() async throws {
        let server = StubServer { _ in
            for await _ in AsyncStream<Never>.makeStream().stream {}
            return Response(status: .ok)
        }
        let item = try await deliver(to: server, .slack, timeLimit: .milliseconds(300))
        #expect(item?.state == .waiting)
        #expect(item?.lastError == "it took too long")
    }

    @Test func `follow no redirect`() async throws {
        let server = StubServer(307, headers: [.location: "http://169.254.169.254/latest/meta-data/"])
        let item = try await deliver(to: server, .slack)
        #expect(item?.state == .dead)
        #expect(item?.lastError == "it answered with a redirect (307), which is not followed")
        #expect(server.asked.count == 1)
    }

    @Test(arguments: [
        "10.1.2.3", "127.0.0.1", "169.254.169.254", "192.168.0.1", "172.31.255.1", "100.64.0.1", "0.0.0.0", "::1",
        "fe80::1",
        "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "224.0.0.1",
        "255.255.255.255",
    ])
    func `reach no private network, by name or by number`(address: String) async throws {
        let ip = try #require(IPAddress(address))
        #expect(!ip.isPublic)
        let post = Self.posting(allowsPrivate: false) { _, _ in ip }
        for host in ["hooks.example.com", address.contains(":") ? "[\(address)]" : address] {
            #expect(await refusal(post, "https://\(host)/x") == .unsent("the name leads into a private network"))
        }
    }

    @Test(arguments: ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "100.128.0.1", "172.32.0.1"])
    func `reach the public internet`(address: String) throws { #expect(try #require(IPAddress(address)).isPublic) }

    /// A name that is public when it is judged and private when it is connected to.
    @Test func `connect to the address that was judged, and ask for no other`() async throws {
        let server = StubServer(200)
        let asks = Mutex(0)
        try await server.running { address in
            let port = address.split(separator: ":").last ?? ""
            let post = Self.posting { _, _ in
                asks.withLock { $0 += 1 }
                return IPAddress("127.0.0.1")
            }
            // The system knows no such name: it is reached because the address is the one that was found.
            #expect(await refusal(post, "http://nowhere.invalid:\(port)/x") == nil)
        }
        #expect(asks.withLock { $0 } == 1)
        #expect(server.asked.first?.head.authority?.hasPrefix("nowhere.invalid") == true)
    }

    @Test(arguments: [
        "http://hooks.example.com/x", "ftp://x.example", "x", "https://", "https://a b/",
        "https://u:p@hooks.example.com",
        "https://hooks.example.com:99999/", "https://[fe80::1%25eth0]/", "file:///etc/passwd",
    ])
    func `need an address with TLS`(url: String) async {
        let post = Self.posting(allowsPrivate: false) { _, _ in IPAddress("8.8.8.8") }
        guard case .unsent = await refusal(post, url) else { return #expect(Bool(false)) }
    }

    private func refusal(_ post: GuardedPost, _ url: String) async -> DeliveryFailure? {
        do throws(DeliveryFailure) {
            try await post.post(Array("{}".utf8), to: url, headers: [])
            return nil
        } catch {
            return error
        }
    }
}
