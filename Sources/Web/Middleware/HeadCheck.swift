import HTTPTypes
package import Hummingbird

/// Refuses a request whose head could be read in two ways: 400 `invalid_request`.
///
/// Without a `Host`, or with two, a proxy in front may have meant another site (RFC 9112 §3.2). Of a field that says one thing two would be
/// joined or the first would win, according to who reads. What may be a list (`If-Match`, `Cookie`, `X-Forwarded-For`) is read as one
/// where it is used.
package struct HeadCheck: RouterMiddleware {
    /// The fields of which there is one.
    private static let single: [HTTPField.Name] = [
        .authorization, .origin, .contentType, .idempotencyKey, .secFetchSite, .expect,
    ]

    package init() {}

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard let host = request.head.authority, !host.isEmpty, request.headers[.host] == nil else {
            throw Problem(.invalidRequest, detail: "Send one Host header.", headers: [.connection: "close"])
        }
        for name in Self.single where request.headers[values: name].count > 1 {
            throw Problem(
                .invalidRequest,
                errors: [.init(field: name.rawName, code: "repeated", message: "Send this header once.")])
        }
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    static let host = Self("Host") ?? .via
}
