import NIOCore
import NIOPosix

/// A connection on which a test writes whatever bytes it likes.
enum RawConnection {
    /// Sends `text` to the server on `port` and returns everything that comes back until the server closes.
    static func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FirstWords(text: text))
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, _ in
            var received = ByteBuffer()
            do {
                for try await piece in inbound { received.writeImmutableBuffer(piece) }
            } catch {
                // A server that closes while we still write resets the connection; what came before counts.
            }
            return String(buffer: received)
        }
    }
}

/// Says what there is to say as soon as the connection stands: tasks that compute may keep this one waiting for longer than the server waits.
private final class FirstWords: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let text: String

    init(text: String) { self.text = text }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        context.fireChannelActive()
    }
}
