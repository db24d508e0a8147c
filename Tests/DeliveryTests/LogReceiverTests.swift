import AsyncHTTPClient
import Core
import Crypto
import Delivery
import Foundation
import NIOCore
import NIOPosix
import SecurityEvents
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct `where the sealed log goes` {
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))

    /// A log of three events in one batch.
    private static func sealed(
        _ body: @escaping @Sendable ([SealedEvent], [Checkpoint], AuditTrail) async throws -> Void
    ) async throws {
        try await withDatabase(.sqlite) { database in
            let time = TestWorld()
            _ = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: time.now)
            let key = AuditKey(id: "k", key: SymmetricKey(size: .bits256))
            let keys = AuditKeys(active: { key }, named: { $0 == "k" ? key : nil })
            let audit = AuditTrail(database: database, world: time.world, keys: keys, recorder: EventRecorder())
            try await database.transaction { sql in
                for agent in ["one", "two\nlines", "three"] {
                    let source = RequestSource(ip: nil, userAgent: agent, requestID: "r")
                    let event = Event(.logout, in: time.world, from: source, detail: ["note": "a\nb"])
                    try EventRecorder().record(event, in: sql)
                }
            }
            _ = try await audit.sealer().seal()
            try await body(
                SealedEvent.after(0, limit: 10, in: database), Checkpoint.after(0, limit: 10, in: database), audit)
        }
    }

    private static func temporaryFile() -> String {
        let name: Identifier<TestDatabase> = World.live.identifier()
        return FileManager.default.temporaryDirectory.appendingPathComponent("log-\(name)").path
    }

    @Test func `an anchor's file is what a verification takes`() async throws {
        let path = Self.temporaryFile()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await Self.sealed { (_, checkpoints, audit) async throws -> Void in
            for _ in 1...2 { try AnchorFile(path: path).take(checkpoints) }
            let lines = AnchorLine.lines(of: Array(try #require(FileManager.default.contents(atPath: path))))
            #expect(lines.count == 2)
            #expect(try await audit.verification.verify(anchor: lines).findings == [])
        }
    }

    @Test func `a file that cannot be written is told, and nothing counts as taken`() async throws {
        try await Self.sealed { (events, _, audit) async throws -> Void in
            let shipment = audit.shipment("sink", of: SealedEvent.self)
            await #expect(throws: LogReceiverFailure.self) {
                _ = try await shipment.ship(to: EventLineFile(path: "/nowhere/at/all"))
            }
            #expect(try await shipment.position() == 0)
            let path = Self.temporaryFile()
            defer { try? FileManager.default.removeItem(atPath: path) }
            #expect(try await shipment.ship(to: EventLineFile(path: path)) == events.count)
            let text = String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
            #expect(text.split(separator: "\n").count == 3)
        }
    }

    @Test(arguments: [200, 204, 307, 400, 500])
    func `an anchor that is posted to counts when it says so, and is followed nowhere`(status: Int) async throws {
        let server = try await LineServer.start(
            answer:
                "HTTP/1.1 \(status) X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
        try await Self.sealed { (_, checkpoints, audit) async throws -> Void in
            let shipment = audit.shipment("anchor", of: Checkpoint.self)
            let webhook = AnchorWebhook(url: "http://127.0.0.1:\(server.port)/anchor", client: Self.client)
            if status < 300 {
                #expect(try await shipment.ship(to: webhook) == 1)
            } else {
                await #expect(throws: LogReceiverFailure.self) { _ = try await shipment.ship(to: webhook) }
                #expect(try await shipment.position() == 0)
            }
        }
        let text = server.received
        #expect(text.hasPrefix("POST /anchor HTTP/1.1"))
        #expect(text.contains(#""first":1,"last":3"#))
        try await server.stop()
    }

    @Test func `syslog over TCP has the length of each message in front of it`() async throws {
        let server = try await LineServer.start(answer: nil)
        try await Self.sealed { (events, _, _) async throws -> Void in
            try await SyslogReceiver(host: "127.0.0.1", port: server.port, transport: .tcp).take(events)
            var rest = Array(await server.waitForEnd().utf8)[...]
            for event in events {
                let digits = rest.prefix { $0 != 32 }
                let length = try #require(Int(String(decoding: digits, as: UTF8.self)))
                let message = rest.dropFirst(digits.count + 1).prefix(length)
                #expect(Array(message) == event.syslogMessage)
                rest = rest.dropFirst(digits.count + 1 + length)
            }
            #expect(rest.isEmpty)
        }
        try await server.stop()
    }
}

/// A server on a port of the loopback that keeps what it hears.
private final class LineServer: Sendable {
    private let channel: any NIOCore.Channel
    private let heard: Heard
    let port: Int

    var received: String { heard.text }

    private init(channel: any NIOCore.Channel, heard: Heard) {
        self.channel = channel
        self.heard = heard
        port = channel.localAddress?.port ?? 0
    }

    static func start(answer: String?) async throws -> LineServer {
        let heard = Heard()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Listener(heard, answer))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        return LineServer(channel: channel, heard: heard)
    }

    /// What was heard until the other side hung up.
    func waitForEnd() async -> String {
        for await _ in heard.ends { break }
        return received
    }

    func stop() async throws { try await channel.close() }
}

private final class Heard: Sendable {
    private let bytes = Mutex("")
    let ends: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init() { (ends, end) = AsyncStream.makeStream(of: Void.self) }

    var text: String { bytes.withLock { $0 } }
    func add(_ text: String) { bytes.withLock { $0 += text } }
    func hangUp() { end.yield() }
}

private final class Listener: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let heard: Heard
    private let answer: String?

    init(_ heard: Heard, _ answer: String?) {
        self.heard = heard
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard.add(String(buffer: unwrapInboundIn(data)))
        guard let answer, heard.text.contains("\"mac\"") else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { heard.hangUp() }
}
