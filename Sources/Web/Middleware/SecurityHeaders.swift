import HTTPTypes
package import Hummingbird

/// What browsers are told about every answer, errors included.
package struct SecurityHeaders: RouterMiddleware {
    /// The sources of the content security policy: `CSP_*`.
    package struct ContentPolicy: Sendable, Hashable {
        package var defaultSources = "'self'"
        package var scriptSources = "'self'"
        package var styleSources = "'self'"
        package var imageSources = "'self' data:"
        package var connectSources = "'self'"

        package init() {}

        /// The header's value. What the seed does not name is closed: plug-ins, `<base>`, framing, foreign form targets.
        var header: String {
            [
                "default-src \(defaultSources)", "script-src \(scriptSources)", "style-src \(styleSources)",
                "img-src \(imageSources)", "connect-src \(connectSources)", "object-src 'none'", "base-uri 'none'",
                "frame-ancestors 'none'", "form-action 'self'",
            ].joined(separator: "; ")
        }
    }

    private let headers: [(HTTPField.Name, String)]

    /// `isSecure`: people reach the server over TLS.
    package init(isSecure: Bool, contentPolicy: ContentPolicy) {
        let always: [(String, String)] = [
            ("Content-Security-Policy", contentPolicy.header),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "DENY"),
            ("X-XSS-Protection", "0"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Cache-Control", "no-store"),
        ]
        let transport = [("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload")]
        headers = (always + (isSecure ? transport : [])).compactMap { name, value in
            HTTPField.Name(name).map { ($0, value) }
        }
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers = completing(response.headers)
        return response
    }

    /// `fields` with the headers that they lack; what an answer has set itself stays.
    func completing(_ fields: HTTPFields) -> HTTPFields {
        var fields = fields
        for (name, value) in headers where fields[name] == nil { fields[name] = value }
        return fields
    }

    /// Whether an answer has not come through here.
    func isMissing(in fields: HTTPFields) -> Bool { fields[.contentSecurityPolicy] == nil }
}
