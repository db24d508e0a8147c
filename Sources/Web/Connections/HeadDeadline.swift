import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Cuts off a request whose head comes too slowly, and a connection that never sends one: each would be held for as long as the sender likes.
///
/// The head has the limit in all, however steadily it trickles: from the opening of the connection for the first one, from its first bytes
/// for every other. Between two requests a connection may lie idle for longer. Where something was sent, the answer is 408 `request_timeout`;
/// the connection is closed in any case.
package final class HeadDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private enum Phase {
        /// Nothing has come since the connection was opened.
        case opened
        /// Part of a head is there.
        case inHead
        /// The head is there, its body may still come.
        case inRequest
        /// The last request is there in whole.
        case between
    }

    private let limit: TimeAmount
    private var phase = Phase.opened
    /// Requests whose answer is not written in whole.
    private var unanswered = 0
    /// How many heads there were.
    fileprivate private(set) var heads = 0
    private var isLate = false
    private var alarm: Scheduled<Void>?

    /// A head has to be there in whole within `limit`.
    package init(limit: TimeAmount) {
        self.limit = limit
    }

    /// Looks at the bytes as well: before a head is whole nothing else of it comes this far.
    package func handlerAdded(context: ChannelHandlerContext) {
        let bytes = ArrivingBytes(before: self, at: context)
        do {
            try context.pipeline.syncOperations.addHandler(bytes, position: .first)
        } catch {
            context.close(promise: nil)
        }
        if context.channel.isActive { wait(context) }
    }

    /// The first head is waited for.
    package func channelActive(context: ChannelHandlerContext) {
        wait(context)
        context.fireChannelActive()
    }

    /// Notes where the sender is.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLate else { return }
        switch unwrapInboundIn(data) {
        case .head:
            stopWaiting()
            phase = .inRequest
            unanswered += 1
            heads += 1
        case .body: break
        case .end: phase = .between
        }
        context.fireChannelRead(data)
    }

    /// Counts the answers, and closes behind the last one when a head after it was late.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
        unanswered -= 1
        // What could not be read as a request was answered: whatever becomes of the connection, there is no second answer.
        if unanswered < 0 { phase = .opened }
        guard isLate, unanswered <= 0 else { return context.write(data, promise: promise) }
        context.writeAndFlush(data, promise: promise)
        context.close(promise: nil)
    }

    /// There is nobody left to wait for.
    package func channelInactive(context: ChannelHandlerContext) {
        stopWaiting()
        context.fireChannelInactive()
    }

    /// The same.
    package func handlerRemoved(context: ChannelHandlerContext) { stopWaiting() }

    /// Bytes came, and whatever they complete was read. Most heads come in one piece, and then nothing is to be waited for.
    fileprivate func bytesCame(after known: Int, wasBetween: Bool, _ context: ChannelHandlerContext) {
        guard heads == known, unanswered >= 0 else { return }
        if phase == .opened { phase = .inHead }
        if phase == .between, wasBetween {
            phase = .inHead
            wait(context)
        }
    }

    fileprivate var isBetween: Bool { phase == .between }

    private func wait(_ context: ChannelHandlerContext) {
        guard alarm == nil, phase == .opened || phase == .inHead else { return }
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            self.alarm = nil
            self.isLate = true
            // An answer that is under way is finished first.
            guard self.unanswered <= 0 else { return }
            if self.phase == .inHead { self.refuse(context) }
            context.close(promise: nil)
        }
    }

    /// ``UnreadableRequests`` completes the answer.
    private func refuse(_ context: ChannelHandlerContext) {
        let head = HTTPResponse(status: .requestTimeout, headerFields: [.connection: "close"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    private func stopWaiting() {
        alarm?.cancel()
        alarm = nil
    }
}

/// Stands before the decoder and tells a ``HeadDeadline`` that something came.
private final class ArrivingBytes: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let deadline: HeadDeadline
    private let place: ChannelHandlerContext

    init(before deadline: HeadDeadline, at place: ChannelHandlerContext) {
        self.deadline = deadline
        self.place = place
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let (known, wasBetween) = (deadline.heads, deadline.isBetween)
        context.fireChannelRead(data)
        deadline.bytesCame(after: known, wasBetween: wasBetween, place)
    }
}
