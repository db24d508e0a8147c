import Guarding
import HTTPTypes
package import Hummingbird

/// Lets pages of the listed origins use the API: `CORS_ALLOWED_ORIGINS`, `CORS_ALLOW_CREDENTIALS`.
///
/// An origin that is not listed gets no CORS header at all, on a preflight neither; the browser then keeps the answer from the page.
package struct CrossOriginAccess: RouterMiddleware {
    private let origins: Set<String>
    private let allowsCredentials: Bool

    package init(origins: [String], allowsCredentials: Bool) {
        self.origins = Set(origins)
        self.allowsCredentials = allowsCredentials
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin], origins.contains(origin) else {
            return vary(try await next(request, context))
        }
        let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
        var response = isPreflight ? Response(status: .noContent) : try await next(request, context)
        response.headers[.accessControlAllowOrigin] = origin
        if allowsCredentials { response.headers[.accessControlAllowCredentials] = "true" }
        if isPreflight {
            response.headers[.accessControlAllowMethods] = "GET, POST, PUT, PATCH, DELETE"
            response.headers[.accessControlAllowHeaders] = "Authorization, Content-Type, Idempotency-Key, If-Match"
            response.headers[.accessControlMaxAge] = "600"
        } else {
            response.headers[.accessControlExposeHeaders] =
                "ETag, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id"
        }
        return vary(response)
    }

    /// An answer differs by origin, so no cache may hand one origin's to another.
    private func vary(_ response: Response) -> Response {
        guard !origins.isEmpty else { return response }
        var response = response
        response.headers[.vary] = "Origin"
        return response
    }
}
