import HTTPTypes
package import Hummingbird

/// Refuses a body that announces itself as too large, before a byte of it is read. One that lies is cut off while it is read.
package struct BodyLimit: RouterMiddleware {
    private let routes: [Route]

    /// `routes` say which bodies may be longer than others.
    package init(routes: [Route]) {
        self.routes = routes.filter { $0.streamed != nil }
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > WebContext.bodyLimit {
            let limit = streamed(request)?.limit ?? WebContext.bodyLimit
            if length > limit { throw Problem.bodyTooLarge(limit: limit) }
        }
        return try await next(request, context)
    }

    private func streamed(_ request: Request) -> StreamedBody? {
        routes.first { $0.method == request.method && $0.matches(path: request.uri.path) }?.streamed
    }
}

extension Problem {
    /// The body is longer than `limit` bytes. Whatever still comes is not read, so the connection cannot be used again.
    static func bodyTooLarge(limit: Int) -> Problem {
        let mebibytes = limit / 1_048_576
        return Problem(.payloadTooLarge, detail: "Send at most \(mebibytes) MiB.", headers: [.connection: "close"])
    }
}
