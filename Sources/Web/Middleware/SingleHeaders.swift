import HTTPTypes
package import Hummingbird

/// Refuses a request that has one of these headers twice (400 `invalid_request`): each has one value (RFC 9110 §5.3), and of two a proxy in
/// front may have judged the other.
///
/// What may be a list is read as one where it is read: `Cookie`, `If-Match`, `If-None-Match`, `X-Forwarded-For`, the client hints. `Host` is looked at
/// before: see ``HostCheck``.
package struct SingleHeaders: RouterMiddleware {
    private static let names: [HTTPField.Name] = [
        .authorization, .contentType, .contentLength, .origin, .secFetchSite, .idempotencyKey, .lastEventID, .expect,
        .accessControlRequestMethod,
    ]

    package init() {}

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        if let name = Self.repeated(in: request.headers) {
            throw Problem(
                .invalidRequest,
                errors: [.init(field: name.rawName, code: "repeated", message: "Send this header once.")])
        }
        return try await next(request, context)
    }

    private static func repeated(in fields: HTTPFields) -> HTTPField.Name? {
        var seen = 0
        for field in fields {
            guard let index = names.firstIndex(of: field.name) else { continue }
            guard seen & (1 << index) == 0 else { return names[index] }
            seen |= 1 << index
        }
        return nil
    }
}
