import HTTPTypes
package import Hummingbird

/// Clears whatever else of a name a browser holds, in the answer that sets or clears a cookie of ours.
///
/// A cookie for the host alone and one for its domain live side by side under one name: after `COOKIE_DOMAIN` was changed, or when a sibling
/// subdomain has set one. Both are sent from then on, so the one that does not count is taken out as soon as another is set.
package struct StrayCookies: RouterMiddleware {
    private let cookies: SignInCookies

    package init(cookies: SignInCookies) {
        self.cookies = cookies
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        let ours = response.headers[values: .setCookie]
        guard !ours.isEmpty else { return response }
        let strays = cookies.names.filter { name in
            ours.contains { $0.hasPrefix("\(name)=;") }
                || (ours.contains { $0.hasPrefix("\(name)=") } && request.cookieValues(name).count > 1)
        }
        guard !strays.isEmpty else { return response }
        // Before ours: a browser goes through them in order, and may take two of these for one and the same cookie.
        response.headers[values: .setCookie] = strays.flatMap { cookies.others(named: $0).map(\.description) } + ours
        return response
    }
}
