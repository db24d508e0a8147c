import Accounts
import Core
import HTTPTypes
import Identity
import NIOCore
import NIOPosix
import SecurityEvents
import Sessions
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Web

@Suite(.timeLimit(.minutes(2))) struct `a reader of the live log who takes nothing` {
    /// More than the system keeps for a connection by far: a stream must stall before all of it is written.
    private static let events = 600
    private static let bytesEach = 40_000
    /// A server that is held up never stops; how long the others take depends on what else the machine has to do.
    private static let inTime: Duration = .seconds(20)

    /// Writes what a burst of events is, and gives them their places.
    private static func burst(_ office: Office) async throws {
        let (recorder, world) = (EventRecorder(), office.clock.world)
        let note = String(repeating: "x", count: bytesEach)
        try await office.gate.database.transaction { sql in
            for _ in 0..<events {
                try recorder.record(Event(.logout, in: world, from: .server, detail: ["note": note]), in: sql)
            }
        }
        try await office.giveSeals()
    }

    @Test(arguments: DatabaseKind.available)
    func `is cut off, long before all of it is kept for them, and disturbs nobody`(kind: DatabaseKind) async throws {
        try await Office.open(on: kind) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            try await office.giveSeals()
            let reader = try await StalledReader.connect(
                to: office.port, sending: `live view of the log`.request(owner))
            while office.live.count == 0 { await Task.yield() }
            try await Self.burst(office)
            while office.live.count > 0 { await Task.yield() }
            let taken = try await reader.takeAll()
            #expect(taken > 0)
            #expect(taken < Self.events * Self.bytesEach / 2)
            #expect(try await owner.get("/v1/security/events?limit=1").status == .ok)
        }
    }

    @Test func `does not hold up the server that stops`() async throws {
        let left = Mutex(ContinuousClock.now)
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            try await Self.burst(office)
            // Comes back to all of it: so the writer waits in the middle of what was, and not for what is new.
            let reader = try await StalledReader.connect(
                to: office.port, sending: `live view of the log`.request(owner, lastSeen: "0"))
            while office.live.count == 0 { await Task.yield() }
            await reader.hearSomething()
            left.withLock { $0 = ContinuousClock.now }
        }
        #expect(ContinuousClock.now - left.withLock { $0 } < Self.inTime)
    }

    @Test func `and one who takes everything are told that the server stops`() async throws {
        let left = Mutex(ContinuousClock.now)
        let heard = Heard()
        try await Office.open(on: .sqlite) { office in
            let owner = try await office.signedIn("owner@office.example", role: .owner)
            try await office.giveSeals()
            let request = `live view of the log`.request(owner)
            Task { heard.set((try? await RawConnection.exchange(request, port: office.port)) ?? "failed") }
            while office.live.count == 0 { await Task.yield() }
            left.withLock { $0 = ContinuousClock.now }
        }
        #expect(ContinuousClock.now - left.withLock { $0 } < Self.inTime)
        while heard.text.isEmpty { await Task.yield() }
        // A whole answer, with its last chunk: the reader knows that it may come back.
        #expect(heard.text.hasPrefix("HTTP/1.1 200") && heard.text.hasSuffix("\r\n0\r\n\r\n"), "\(heard.text)")
    }
}

/// What one reader has heard when the connection was over.
private final class Heard: Sendable {
    private let state = Mutex("")

    var text: String { state.withLock { $0 } }
    func set(_ text: String) { state.withLock { $0 = text } }
}

/// A connection on which nothing is read until it is asked for, with as little room in between as the system allows.
private final class StalledReader: Sendable {
    private let channel: any NIOCore.Channel
    private let intake: Intake

    private init(channel: any NIOCore.Channel, intake: Intake) {
        self.channel = channel
        self.intake = intake
    }

    static func connect(to port: Int, sending request: String) async throws -> StalledReader {
        let intake = Intake()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 4_096)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in channel.pipeline.addHandler(intake) }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: request))
        return StalledReader(channel: channel, intake: intake)
    }

    /// Takes one piece.
    func hearSomething() async {
        channel.read()
        while intake.bytes == 0 { await Task.yield() }
    }

    /// Takes what is left until the server closes; how many bytes came in all.
    func takeAll() async throws -> Int {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
        try await channel.closeFuture.get()
        return intake.bytes
    }
}

private final class Intake: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let count = Atomic(0)

    var bytes: Int { count.load(ordering: .relaxed) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count.add(unwrapInboundIn(data).readableBytes, ordering: .relaxed)
    }

    // A connection that is reset has ended as well.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
