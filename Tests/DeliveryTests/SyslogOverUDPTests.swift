import Core
import Crypto
import Delivery
import Foundation
import NIOCore
import NIOPosix
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `syslog over UDP` {
    /// A sealed log with an event for each of `notes`, and somebody on the loopback who listens for datagrams.
    private static func shipping(
        _ notes: [String], to host: String = "127.0.0.1",
        _ body: @escaping @Sendable ([SealedEvent], SyslogReceiver, Datagrams) async throws -> Void
    ) async throws {
        let datagrams = try await Datagrams.listen(on: host)
        try await withDatabase(.sqlite) { database in
            let time = TestWorld()
            _ = try await Migrator(SecurityEventsSchema.migrations).migrate(database, now: time.now)
            let key = AuditKey(id: "k", key: SymmetricKey(size: .bits256))
            let keys = AuditKeys(active: { key }, named: { $0 == "k" ? key : nil })
            let audit = AuditTrail(database: database, world: time.world, keys: keys, recorder: EventRecorder())
            for note in notes {
                let source = RequestSource(ip: IPAddress("192.0.2.7"), userAgent: "Test browser", requestID: "r")
                let event = Event(.loginFailed, in: time.world, from: source, detail: ["note": note])
                try await database.transaction { sql in try EventRecorder().record(event, in: sql) }
                // Those of one millisecond are in no order.
                time.advance(by: .milliseconds(1))
            }
            _ = try await audit.sealer().seal()
            let events = try await SealedEvent.after(0, limit: 100, in: database)
            try await body(
                events, SyslogReceiver(host: host, port: datagrams.port, transport: .udp), datagrams)
        }
        try await datagrams.stop()
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func `is a message of RFC 5424 in a datagram for each event`(host: String) async throws {
        try await Self.shipping(["one", "two", "three"], to: host) { events, receiver, datagrams in
            try await receiver.take(events)
            let heard = await datagrams.next(3)
            #expect(heard == events.map(\.syslogMessage))
            // PRI and VERSION, TIMESTAMP, HOSTNAME, APP-NAME, PROCID, MSGID, STRUCTURED-DATA (§6).
            let first = String(decoding: heard.first ?? [], as: UTF8.self)
            #expect(first.hasPrefix("<84>1 2026-01-01T12:00:00.000Z - gatehouse - login_failed - {"), "\(first)")
        }
    }

    @Test func `is one line whatever an event holds, and no line of somebody else's making`() async throws {
        let notes = ["one\ntwo\r\n<34>1 forged", "\u{1B}[31mred\u{1B}[0m\u{7}", "\u{2028}\u{85}\0"]
        try await Self.shipping(notes) { events, receiver, datagrams in
            try await receiver.take(events)
            for message in await datagrams.next(notes.count) {
                #expect(message.allSatisfy { $0 >= 32 && $0 != 127 })
                let text = String(decoding: message, as: UTF8.self)
                #expect(text.split(whereSeparator: \.isNewline).count == 1, "\(text)")
                #expect(text.hasPrefix("<84>1 "))
            }
        }
    }

    @Test func `goes on after an event that fits into no datagram, and says what it left out`() async throws {
        let notes = ["before", String(repeating: "x", count: 70_000), "after"]
        try await Self.shipping(notes) { events, receiver, datagrams in
            try await receiver.take(events)
            let heard = await datagrams.next(3).map { String(decoding: $0, as: UTF8.self) }
            #expect(heard[0].contains(#""note":"before""#))
            #expect(heard[1].contains(#""sequence":2"#) && heard[1].contains("omitted"))
            #expect(!heard[1].contains("xxx"))
            #expect(heard[2].contains(#""note":"after""#))
        }
    }
}

/// A socket that keeps the datagrams it hears, in order.
private final class Datagrams: Sendable {
    private let channel: any NIOCore.Channel
    private let heard: AsyncStream<[UInt8]>
    let port: Int

    private init(channel: any NIOCore.Channel, heard: AsyncStream<[UInt8]>) {
        self.channel = channel
        self.heard = heard
        port = channel.localAddress?.port ?? 0
    }

    static func listen(on host: String) async throws -> Datagrams {
        let (heard, ear) = AsyncStream.makeStream(of: [UInt8].self)
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Ear(ear))
                }
            }.bind(host: host, port: 0).get()
        return Datagrams(channel: channel, heard: heard)
    }

    /// The next `count` datagrams.
    func next(_ count: Int) async -> [[UInt8]] {
        var messages: [[UInt8]] = []
        for await message in heard {
            messages.append(message)
            if messages.count == count { break }
        }
        return messages
    }

    func stop() async throws { try await channel.close() }
}

private final class Ear: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let continuation: AsyncStream<[UInt8]>.Continuation

    init(_ continuation: AsyncStream<[UInt8]>.Continuation) { self.continuation = continuation }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        continuation.yield(Array(buffer: unwrapInboundIn(data).data))
    }
}
