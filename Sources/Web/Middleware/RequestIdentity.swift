import Core
import HTTPTypes
package import Hummingbird
import Logging
import SecurityEvents

/// Gives the request its identity and finds out where it comes from.
package struct RequestIdentity: RouterMiddleware {
    private enum RequestEntity {}

    private let world: World
    private let clientAddress: ClientAddress

    init(world: World, clientAddress: ClientAddress) {
        self.world = world
        self.clientAddress = clientAddress
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        let identity = proxyIdentity(request, context) ?? world.identifier(Identifier<RequestEntity>.self).description
        context.source = RequestSource(
            ip: clientAddress.resolve(peer: context.peer, forwardedFor: request.headers[.xForwardedFor]),
            userAgent: request.headers[.userAgent] ?? "", requestID: identity, hints: Self.hints(request))
        context.logger[metadataKey: "request"] = .string(identity)
        var response = try await next(request, context)
        response.headers[.xRequestID] = identity
        return response
    }

    /// What browsers on Chromium's engine send unasked over TLS.
    private static func hints(_ request: Request) -> ClientHints {
        ClientHints(
            brands: request.headers[.secCHUA], platform: request.headers[.secCHUAPlatform],
            mobile: request.headers[.secCHUAMobile])
    }

    /// A trusted proxy may name the request, so that its log and ours can be read together.
    private func proxyIdentity(_ request: Request, _ context: WebContext) -> String? {
        guard clientAddress.isTrusted(context.peer), let given = request.headers[.xRequestID],
            (8...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ (48...57).contains($0) || (97...122).contains($0 | 32) || $0 == 45 })
        else { return nil }
        return given
    }
}
