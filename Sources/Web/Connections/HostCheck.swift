package import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Refuses a request of HTTP/1.1 without `Host`, and any with two of them or one that is no host (RFC 9112 §3.2): a proxy in front may have
/// judged by the other.
///
/// HTTP/1.0 has no such header: what checks the health of servers may speak that. The version is known only right behind the decoder, so
/// this puts there what looks.
package final class HostCheck: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = NIOAny

    package init() {}

    /// Finds the place.
    package func handlerAdded(context: ChannelHandlerContext) {
        do {
            let pipeline = context.pipeline.syncOperations
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandler(AddressedRequests(), position: .before(codec))
        } catch {
            context.close(promise: nil)
        }
    }
}

/// Lets requests through that say for which host they are, and ends the reading with the error of one that cannot be read.
private final class AddressedRequests: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    private var isRefused = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        if case .head(let head) = unwrapInboundIn(data), !Self.isAddressed(head) {
            isRefused = true
            return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
        }
        context.fireChannelRead(data)
    }

    private static func isAddressed(_ head: HTTPRequestHead) -> Bool {
        var hosts = 0
        for (name, value) in head.headers where name.utf8.count == 4 && name.lowercased() == "host" {
            hosts += 1
            guard value.utf8.allSatisfy(isPartOfHost) else { return false }
        }
        return hosts == 1 || (hosts == 0 && head.version == .http1_0)
    }

    /// Of a name, an address or a port (RFC 3986 §3.2.2).
    private static func isPartOfHost(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...122).contains(byte | 32) || "-._~%!$&'()*+;=:[]".utf8.contains(byte)
    }
}
