package import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Cuts off a request whose body comes too slowly: a sender of a byte now and then would hold the connection, and what waits for the body,
/// for as long as they like.
///
/// Whoever reads the body meets ``SlowBody``, which becomes 408 `request_timeout`; the connection is closed after that answer, or at once when nobody reads. All
/// of the body must be there in time, however steadily it comes; a file that is uploaded gets more time with what has come of it.
package final class BodyDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    /// How long a connection that an answer ends waits for the other side to notice.
    private static let linger = TimeAmount.seconds(1)

    private let limit: TimeAmount
    private let slowest: @Sendable (HTTPRequest) -> Int?
    private var alarm: Scheduled<Void>?
    private var isLate = false
    private var endsConnection = false
    /// Of the body under way: when it began, how much has come, and how many bytes of it must come in a second.
    private var begun = NIODeadline.now()
    private var received = 0
    private var rate: Int?

    /// A body has to be there `limit` after the head of its request. Where `slowest` names a number of bytes, it has a second more for each
    /// time that so many have come.
    package init(limit: TimeAmount, slowest: @escaping @Sendable (HTTPRequest) -> Int? = { _ in nil }) {
        self.limit = limit
        self.slowest = slowest
    }

    /// Lets the parts of a request through, until it is too late for them.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isLate else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            // A request without a body, most of them, needs no timer.
            if Self.announcesBody(head) {
                (begun, received, rate) = (context.eventLoop.now, 0, slowest(head))
                stopWaiting()
                wait(context, for: limit)
            }
        case .body(let piece): received += piece.readableBytes
        case .end: stopWaiting()
        }
        context.fireChannelRead(data)
    }

    /// Closes the connection behind the answer to a request that was late, and a moment behind one that ends the connection before all of the body
    /// has come: whoever sends a body that nobody reads has that moment to hear of it.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head): endsConnection = head.headerFields[.connection]?.lowercased() == "close"
        case .body: break
        case .end where isLate:
            context.writeAndFlush(data, promise: promise)
            return context.close(promise: nil)
        case .end where endsConnection && alarm != nil:
            stopWaiting()
            alarm = context.eventLoop.assumeIsolated().scheduleTask(in: Self.linger) { context.close(promise: nil) }
        case .end: break
        }
        context.write(data, promise: promise)
    }

    /// There is nobody left to wait for.
    package func channelInactive(context: ChannelHandlerContext) {
        stopWaiting()
        context.fireChannelInactive()
    }

    /// The same.
    package func handlerRemoved(context: ChannelHandlerContext) { stopWaiting() }

    private func wait(_ context: ChannelHandlerContext, for time: TimeAmount) {
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.alarm = nil
            let left = self.end - context.eventLoop.now
            guard left <= .zero else { return self.wait(context, for: left) }
            self.isLate = true
            context.fireErrorCaught(SlowBody())
        }
    }

    /// Until when the body has time, by what has come of it.
    private var end: NIODeadline {
        guard let rate else { return begun + limit }
        return begun + limit + .milliseconds(Int64(received) * 1000 / Int64(max(1, rate)))
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
