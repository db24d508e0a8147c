import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Answers `Expect: 100-continue` (RFC 9110 §10.1.1): a client that waits before it sends a large body is told to go on, unless its head is
/// enough to refuse the request.
package final class InterimAnswer: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundOut = HTTPResponsePart

    private let bodyLimit: Int

    /// Bodies above `bodyLimit` bytes are refused by their head.
    package init(bodyLimit: Int) { self.bodyLimit = bodyLimit }

    /// Writes the interim answer before the request goes on.
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), Self.expects(head), isAcceptable(head) {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
        context.fireChannelRead(data)
    }

    private static func expects(_ head: HTTPRequest) -> Bool {
        head.headerFields[.expect]?.lowercased() == "100-continue"
    }

    private func isAcceptable(_ head: HTTPRequest) -> Bool {
        guard let length = head.headerFields[.contentLength] else { return true }
        return Int(length).map { $0 <= bodyLimit } ?? false
    }
}
