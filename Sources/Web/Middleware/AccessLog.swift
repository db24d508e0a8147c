package import Accounts
package import Core
import HTTPTypes
package import Hummingbird
import Logging
import SecurityEvents

/// One line a request: what was asked, by whom, and how it ended. Never a token, a cookie, a body, a query or an address in
/// clear; the client is a keyed pseudonym that stays the same from line to line.
package struct AccessLog: RouterMiddleware {
    private let world: World
    private let pseudonymKey: DerivedKey

    package init(world: World, pseudonymKey: DerivedKey) {
        self.world = world
        self.pseudonymKey = pseudonymKey
    }

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        guard context.logger.logLevel <= .info else { return try await next(request, context) }
        let started = world.now()
        let response = try await next(request, context)
        var facts: Logger.Metadata = [
            "method": .string(request.method.rawValue),
            // The route and not the path: a path holds ids, and a mistyped one whatever was pasted into it.
            "route": .string(context.endpointPath ?? "-"),
            "status": .stringConvertible(response.status.code),
            "ms": .stringConvertible((world.now() - started).milliseconds),
            "client": .string(pseudonym(of: context.source.ip)),
        ]
        if let user = context.record.userID { facts["user"] = .string(user.description) }
        if let problem = context.record.problem { facts["code"] = .string(problem) }
        context.logger.info("request", metadata: facts)
        return response
    }

    private func pseudonym(of address: IPAddress?) -> String {
        guard let address else { return "-" }
        return Base64URL.encode(Array(pseudonymKey.authenticationCode(for: address.bytes).prefix(6)))
    }
}
