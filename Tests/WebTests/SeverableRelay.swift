import NIOCore
import NIOPosix
import Synchronization

/// A relay between the program and its database that a test can cut and mend: the network failing, for real.
final class SeverableRelay: Sendable {
    private struct State {
        var isCut = false
        var open: [ObjectIdentifier: any Channel] = [:]
    }

    private let listener: any Channel
    private let state: Mutex<State>.Holder

    /// The loopback port to connect to.
    var port: Int { listener.localAddress?.port ?? 0 }

    /// Relays to the server at `host`, `port`.
    static func start(to host: String, _ port: Int) async throws -> SeverableRelay {
        let state = Mutex<State>.Holder(State())
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { inbound in
                Self.remember(inbound, state)
                if state.mutex.withLock({ $0.isCut }) { return inbound.close() }
                return ClientBootstrap(group: inbound.eventLoop)
                    .channelInitializer { outbound in
                        Self.remember(outbound, state)
                        return outbound.eventLoop.makeCompletedFuture {
                            try outbound.pipeline.syncOperations.addHandler(Pump(to: inbound))
                        }
                    }
                    .connect(host: host, port: port)
                    .flatMapThrowing { outbound in
                        try inbound.pipeline.syncOperations.addHandler(Pump(to: outbound))
                    }
                    .flatMap { inbound.setOption(.autoRead, value: true) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return SeverableRelay(listener: listener, state: state)
    }

    private init(listener: any Channel, state: Mutex<State>.Holder) {
        self.listener = listener
        self.state = state
    }

    /// Breaks every connection, and every new one.
    func cut() async {
        let channels = state.mutex.withLock { state -> [any Channel] in
            state.isCut = true
            defer { state.open = [:] }
            return Array(state.open.values)
        }
        for channel in channels { try? await channel.close() }
    }

    /// Lets new connections through again.
    func mend() { state.mutex.withLock { $0.isCut = false } }

    /// Ends the relay.
    func stop() async {
        await cut()
        try? await listener.close()
    }

    private static func remember(_ channel: any Channel, _ state: Mutex<State>.Holder) {
        let id = ObjectIdentifier(channel)
        state.mutex.withLock { $0.open[id] = channel }
        channel.closeFuture.whenComplete { _ in state.mutex.withLock { $0.open[id] = nil } }
    }

    /// Carries what one end says to the other.
    private final class Pump: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let target: any Channel

        init(to target: any Channel) { self.target = target }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            target.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { target.close(promise: nil) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension Mutex where Value: Sendable & Copyable {
    fileprivate final class Holder: Sendable {
        let mutex: Mutex<Value>

        init(_ value: Value) { mutex = Mutex(value) }
    }
}
