import HTTPTypes
package import Hummingbird

/// Refuses a body that announces itself as too large, before a byte of it is read. One that lies is cut off while it is read.
package struct BodyLimit: RouterMiddleware {
    package init() {}

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > WebContext.bodyLimit {
            // Whatever still comes is not read, so the connection cannot be used again.
            throw Problem(.payloadTooLarge, headers: [.connection: "close"])
        }
        return try await next(request, context)
    }
}
