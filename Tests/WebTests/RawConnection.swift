import NIOCore
import NIOPosix

/// A connection on which a test writes whatever bytes it likes.
enum RawConnection {
    /// Sends `text` to the server on `port` and returns everything that comes back until the server closes.
    static func exchange(_ text: String, port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var received = ByteBuffer()
            do {
                try await outbound.write(ByteBuffer(string: text))
                for try await piece in inbound { received.writeImmutableBuffer(piece) }
            } catch {
                // A server that closes while we still write resets the connection; what came before counts.
            }
            return String(buffer: received)
        }
    }
}
