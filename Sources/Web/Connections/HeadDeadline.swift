import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Closes a connection whose request head does not come: one that sends nothing, or a byte now and then, would be held for as long as its
/// sender likes (slow headers, "Slowloris").
///
/// A new connection has `limit` for its first head. On one that is kept open the time runs from the first byte of the next head; how long
/// it may lie idle before that is the server's idle timeout. Where part of a head has come the answer is 408 `request_timeout`.
package final class HeadDeadline: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    private let securityHeaders: SecurityHeaders
    private var alarm: Scheduled<Void>?
    private var isWaitingForHead = true
    private var hasBytes = false

    /// A head has to be there in `limit`; the refusal carries `securityHeaders`.
    package init(limit: TimeAmount, securityHeaders: SecurityHeaders) {
        self.limit = limit
        self.securityHeaders = securityHeaders
    }

    /// Stands where the bytes arrive as well.
    package func handlerAdded(context: ChannelHandlerContext) {
        let watch = ByteWatch { [weak self] in self?.bytesArrived(context) }
        try? context.pipeline.syncOperations.addHandler(watch, position: .first)
        if context.channel.isActive { wait(context) }
    }

    /// The first head is waited for from here on.
    package func channelActive(context: ChannelHandlerContext) {
        wait(context)
        context.fireChannelActive()
    }

    /// Stops waiting for a head that is there, and begins anew after the request.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            isWaitingForHead = false
            stopWaiting()
        case .body: break
        case .end:
            isWaitingForHead = true
            hasBytes = false
        }
        context.fireChannelRead(data)
    }

    /// There is nobody left to wait for.
    package func channelInactive(context: ChannelHandlerContext) {
        stopWaiting()
        context.fireChannelInactive()
    }

    /// The same.
    package func handlerRemoved(context: ChannelHandlerContext) { stopWaiting() }

    private func bytesArrived(_ context: ChannelHandlerContext) {
        guard isWaitingForHead, !hasBytes else { return }
        hasBytes = true
        // The first head's time runs already.
        if alarm == nil { wait(context) }
    }

    private func wait(_ context: ChannelHandlerContext) {
        guard alarm == nil else { return }
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            self.alarm = nil
            self.refuse(context)
        }
    }

    private func stopWaiting() {
        alarm?.cancel()
        alarm = nil
    }

    private func refuse(_ context: ChannelHandlerContext) {
        guard isWaitingForHead else { return }
        guard hasBytes else { return context.close(promise: nil) }
        let body = ByteBuffer(bytes: Problem(.requestTimeout).json)
        let fields: HTTPFields = [
            .contentType: "application/problem+json", .contentLength: String(body.readableBytes), .connection: "close",
        ]
        let head = HTTPResponse(status: .requestTimeout, headerFields: securityHeaders.completing(fields))
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}

/// Tells of every piece of a request as it arrives, before it is read as HTTP.
private final class ByteWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let arrived: () -> Void

    init(arrived: @escaping () -> Void) { self.arrived = arrived }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        arrived()
        context.fireChannelRead(data)
    }
}
