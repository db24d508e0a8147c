package import Core
package import NIOCore
import Synchronization

/// How many connections there are from each address: `MAX_CONNECTIONS_PER_ADDRESS`. One client must not hold all that the process can
/// have. A trusted proxy, from whose address everybody comes, is not bounded; it has bounds of its own.
package final class ConnectionCounts: Sendable {
    private let most: Int
    private let clientAddress: ClientAddress
    private let counts = Mutex<[IPAddress: Int]>([:])

    /// At most `most` from one address (of IPv6, from one /64); 0 for any number.
    package init(most: Int, clientAddress: ClientAddress) {
        self.most = most
        self.clientAddress = clientAddress
    }

    /// Counts a connection from `address`; `false` when there are too many, and it was not counted.
    func enter(_ address: IPAddress) -> Bool {
        counts.withLock { counts in
            let count = counts[address, default: 0]
            guard count < most else { return false }
            counts[address] = count + 1
            return true
        }
    }

    /// A connection that was counted is gone.
    func leave(_ address: IPAddress) {
        counts.withLock { counts in
            let left = counts[address, default: 1] - 1
            counts[address] = left > 0 ? left : nil
        }
    }

    /// What a connection from `peer` counts for; `nil` for one that is not bounded.
    func subject(_ peer: IPAddress?) -> IPAddress? {
        guard most > 0, let peer, !clientAddress.isTrusted(peer) else { return nil }
        return peer.subscriber
    }

    /// How many connections from the subscriber of `address` are open.
    package func count(of address: IPAddress) -> Int { counts.withLock { $0[address.subscriber] ?? 0 } }
}

/// Closes a connection at once when its address has too many.
package final class ConnectionBound: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = NIOAny

    private let counts: ConnectionCounts
    private var counted: IPAddress?
    private var isDecided = false

    package init(counts: ConnectionCounts) { self.counts = counts }

    /// Counts the connection, if it is open already.
    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { decide(context) }
    }

    /// Counts the connection.
    package func channelActive(context: ChannelHandlerContext) {
        decide(context)
        context.fireChannelActive()
    }

    /// Gives its place back.
    package func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    /// The same.
    package func handlerRemoved(context: ChannelHandlerContext) { leave() }

    private func decide(_ context: ChannelHandlerContext) {
        guard !isDecided else { return }
        isDecided = true
        let peer = context.channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
        guard let subject = counts.subject(peer) else { return }
        if counts.enter(subject) { counted = subject } else { context.close(promise: nil) }
    }

    private func leave() {
        if let counted { counts.leave(counted) }
        counted = nil
    }
}
