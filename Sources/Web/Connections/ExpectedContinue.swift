import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Sees to it that a request with `Expect: 100-continue` gets one interim answer at most, and none when its body is there already; and closes
/// the connection behind an answer that came without one, because nobody knows then whether the body still follows.
package final class ExpectedContinue: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private var isExpected = false
    private var closesBehind = false

    package init() {}

    /// Whether a sender waits with the body.
    static func isExpected(by fields: HTTPFields) -> Bool {
        fields[.expect].map { $0.lowercased() == "100-continue" } ?? false
    }

    /// Notes whether the sender waits.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): isExpected = Self.isExpected(by: head.headerFields)
        case .body, .end: isExpected = false
        }
        context.fireChannelRead(data)
    }

    /// Lets the interim answer through while the sender waits for it, and closes behind an answer that came instead.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind == .informational:
            guard isExpected else {
                promise?.succeed()
                return
            }
            isExpected = false
            context.write(data, promise: promise)
        case .head(var head):
            closesBehind = isExpected
            if closesBehind { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            guard closesBehind else { return context.write(data, promise: promise) }
            context.writeAndFlush(data, promise: promise)
            context.close(promise: nil)
        }
    }
}
