package import Accounts
package import CRM
package import Core
import Departure
import HTTPTypes
package import Hummingbird
package import Identity
package import SecurityEvents

/// Everything that the web side is made of.
package struct WebConfiguration: Sendable {
    package var cookies: SignInCookies
    package var origins: OriginPolicy
    package var clientAddress: ClientAddress
    package var corsOrigins: [String]
    package var corsAllowsCredentials: Bool
    /// People reach the server over TLS.
    package var isSecure: Bool
    package var contentPolicy: SecurityHeaders.ContentPolicy
    /// Keys the client pseudonyms of the access log.
    package var accessLogKey: DerivedKey
    /// Signs the cursors of lists.
    package var cursorKey: Secret<[UInt8]>
    /// Hears of every fault, besides the log.
    package var noteFault: FaultListener = { _ in }
    /// Which exports are told as large ones.
    package var largeExport = LargeExport()
    /// How long after its head the body of a request may take to arrive.
    package var bodyTimeout = Duration.seconds(30)
    /// Lets Prometheus read `/metrics`; without it nothing is measured.
    package var metricsToken: Secret<String>?

    package init(
        cookies: SignInCookies, origins: OriginPolicy, clientAddress: ClientAddress, corsOrigins: [String],
        corsAllowsCredentials: Bool, isSecure: Bool, contentPolicy: SecurityHeaders.ContentPolicy,
        accessLogKey: DerivedKey, cursorKey: Secret<[UInt8]>
    ) {
        self.cookies = cookies
        self.origins = origins
        self.clientAddress = clientAddress
        self.corsOrigins = corsOrigins
        self.corsAllowsCredentials = corsAllowsCredentials
        self.isSecure = isSecure
        self.contentPolicy = contentPolicy
        self.accessLogKey = accessLogKey
        self.cursorKey = cursorKey
    }
}

extension WebConfiguration {
    /// The headers of every answer.
    package var securityHeaders: SecurityHeaders {
        SecurityHeaders(isSecure: isSecure, contentPolicy: contentPolicy)
    }
}

/// The table of routes: every way into the program, read from top to bottom.
package struct Routes: Sendable {
    /// The rows.
    package let all: [Route]
    private let gate: Gate
    private let configuration: WebConfiguration
    private let metrics: RequestMetrics?

    package init(
        gate: Gate, book: ClientBook, configuration: WebConfiguration, live: LiveEvents,
        readiness: @escaping @Sendable () async -> OperationsAPI.Readiness
    ) {
        self.gate = gate
        self.configuration = configuration
        let registry = MetricsRegistry(help: RequestMetrics.help)
        let scrapes = MetricsAPI(
            gate: gate, token: configuration.metricsToken, registry: registry, startedAt: gate.world.now())
        let exports = ClientExport(
            database: gate.database, world: gate.world, recorder: gate.recorder, notices: gate.notices,
            large: configuration.largeExport)
        let departure = AgentDeparture(
            team: gate.team, events: gate.events, recorder: gate.recorder, notices: gate.notices, world: gate.world)
        let areas = [
            AuthAPI(gate: gate, cookies: configuration.cookies).routes,
            FactorsAPI(gate: gate, cookies: configuration.cookies).routes,
            PasskeysAPI(gate: gate, cookies: configuration.cookies).routes,
            ClientsAPI(book: book, exports: exports).routes,
            UsersAPI(gate: gate, departure: departure).routes,
            SecurityAPI(gate: gate, live: live, cursorKey: configuration.cursorKey).routes,
            AlertRulesAPI(gate: gate).routes,
            OperationsAPI(gate: gate, readiness: readiness).routes, scrapes.routes, InvitationPages(gate: gate).routes,
            RecoveryPages(gate: gate).routes, Assets.routes,
        ]
        let all = areas.flatMap(\.self)
        self.all = all
        metrics = configuration.metricsToken.map { _ in RequestMetrics(routes: all, registry: registry) }
    }

    /// The table as a responder, behind the middleware. Their order is fixed here and nowhere else: what stands further out sees what
    /// comes out of everything further in.
    package var responder: some HTTPResponder<WebContext> {
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestIdentity(world: gate.world, clientAddress: configuration.clientAddress))
        router.add(middleware: AccessLog(world: gate.world, pseudonymKey: configuration.accessLogKey))
        if let metrics { router.add(middleware: RequestMeasuring(metrics: metrics, world: gate.world)) }
        router.add(middleware: configuration.securityHeaders)
        router.add(
            middleware: CrossOriginAccess(
                origins: configuration.corsOrigins, allowsCredentials: configuration.corsAllowsCredentials))
        router.add(middleware: ErrorsBecomeResponses(gate: gate, routes: all, noteFault: configuration.noteFault))
        router.add(middleware: BodyLimit())
        router.add(middleware: OriginCheck(policy: configuration.origins))
        let dispatch = RouteDispatch(
            gate: gate, cookies: configuration.cookies, origins: configuration.origins
        ) { [metrics] name in metrics?.noteRefusal(by: name) }
        for route in all {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await dispatch.respond(request, context, route)
            }
        }
        return router.buildResponder()
    }
}
