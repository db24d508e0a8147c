package import Core
import HTTPTypes
package import Logging
package import NIOCore
package import NIOHTTPTypes

/// Completes the answer to a request that could not even be read as HTTP: too many or too long header lines, no `Host`, a head that took too
/// long, or no HTTP at all.
///
/// Such a request reaches no middleware, and the server closes the connection with a bare 400 or 408. Here, at the edge of the connection, it
/// gets the headers and the problem that every other answer has.
package final class UnreadableRequests: ChannelOutboundHandler, RemovableChannelHandler {
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private enum RequestEntity {}

    private let securityHeaders: SecurityHeaders
    private let world: World
    private let logger: Logger

    package init(securityHeaders: SecurityHeaders, world: World, logger: Logger) {
        self.securityHeaders = securityHeaders
        self.world = world
        self.logger = logger
    }

    /// Completes the head of an answer that came from no route, and gives it a body.
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status.kind != .informational,
            securityHeaders.isMissing(in: head.headerFields)
        else { return context.write(data, promise: promise) }
        let problem =
            head.status == .requestTimeout
            ? Problem(.requestTimeout, detail: "The header of the request did not arrive in time.")
            : Problem(
                .invalidRequest,
                detail: "This is not a request that can be read: its header is malformed or too large.")
        let body = ByteBuffer(bytes: problem.json)
        head.headerFields[.contentType] = "application/problem+json"
        head.headerFields[.contentLength] = String(body.readableBytes)
        head.headerFields = securityHeaders.completing(head.headerFields)
        // No access log has it, so it is logged here: what the client may quote must be found.
        let identity = world.identifier(Identifier<RequestEntity>.self).description
        head.headerFields[.xRequestID] = identity
        logger.info("unreadable request", metadata: ["request": .string(identity)])
        context.write(wrapOutboundOut(.head(head)), promise: promise)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
    }
}
