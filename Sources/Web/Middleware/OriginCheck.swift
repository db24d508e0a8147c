import HTTPTypes
package import Hummingbird

/// Refuses changes that another site's page asks for (CSRF, ASVS 3.5.1), whether or not cookies came along: signing a
/// visitor in to the attacker's account needs none.
package struct OriginCheck: RouterMiddleware {
    private let policy: OriginPolicy

    package init(policy: OriginPolicy) {
        self.policy = policy
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let isSafe = [.get, .head, .options].contains(request.method)
        if !isSafe, policy.judge(request) == .foreign { throw Problem(.csrfRejected) }
        return try await next(request, context)
    }
}
