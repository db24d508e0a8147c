import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Cuts off a request whose body comes too slowly: a sender of a byte now and then would hold the connection, and what waits for the body,
/// for as long as they like.
///
/// Whoever reads the body meets ``SlowBody``, which becomes 408 `request_timeout`; the connection is closed after that answer, or at once when nobody reads. All
/// of the body must be there in time, however steadily it comes.
package final class BodyDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    private var alarm: Scheduled<Void>?
    private var isLate = false

    /// A body has to be there `limit` after the head of its request.
    package init(limit: TimeAmount) {
        self.limit = limit
    }

    /// Lets the parts of a request through, until it is too late for them.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLate else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            // A request without a body, most of them, needs no timer.
            if Self.announcesBody(head) { wait(context) }
        case .body: break
        case .end: stopWaiting()
        }
        context.fireChannelRead(data)
    }

    /// Closes the connection behind the answer to a request that was late.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard isLate, case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
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

    private func wait(_ context: ChannelHandlerContext) {
        stopWaiting()
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            self.alarm = nil
            self.isLate = true
            context.fireErrorCaught(SlowBody())
        }
    }

    private func stopWaiting() {
        alarm?.cancel()
        alarm = nil
    }

    private static func announcesBody(_ head: HTTPRequest) -> Bool {
        if head.headerFields[.transferEncoding] != nil { return true }
        return head.headerFields[.contentLength].map { $0 != "0" } ?? false
    }
}
