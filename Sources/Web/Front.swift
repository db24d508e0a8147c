import Core
package import Guarding
package import Hummingbird
package import Sessions

/// The table of routes as a responder, behind the middleware that every request passes.
package struct Front: Sendable {
    private let routes: [Route]
    private let configuration: WebConfiguration
    private let admission: TokenAdmission
    private let keys: KeyAdmission
    private let reauthentication: ReauthenticationPolicy
    private let limiter: RateLimiter
    private let log: RefusalLog
    private let metrics: RequestMetrics?

    /// `registry` counts requests; without one nothing is measured.
    package init(
        routes: [Route], configuration: WebConfiguration, admission: TokenAdmission, keys: KeyAdmission,
        reauthentication: ReauthenticationPolicy, limiter: RateLimiter, log: RefusalLog, registry: MetricsRegistry?
    ) {
        self.routes = routes
        self.configuration = configuration
        self.admission = admission
        self.keys = keys
        self.reauthentication = reauthentication
        self.limiter = limiter
        self.log = log
        metrics = registry.map { RequestMetrics(routes: routes, registry: $0) }
    }

    /// Answers requests. The order of the middleware is fixed here and nowhere else: what stands further out sees what comes out of
    /// everything further in.
    package var responder: some HTTPResponder<WebContext> {
        let world = log.world
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestIdentity(world: world, clientAddress: configuration.clientAddress))
        router.add(middleware: AccessLog(world: world, pseudonymKey: configuration.accessLogKey))
        if let metrics { router.add(middleware: RequestMeasuring(metrics: metrics, world: world)) }
        router.add(middleware: configuration.securityHeaders)
        router.add(middleware: configuration.crossOrigin)
        router.add(
            middleware: ErrorsBecomeResponses(
                limiter: limiter, log: log, routes: routes, noteFault: configuration.noteFault))
        router.add(middleware: SingleHeaders())
        router.add(middleware: StrayCookies(cookies: configuration.cookies))
        router.add(middleware: BodyLimit(routes: routes))
        router.add(middleware: ContinueOnDemand())
        router.add(middleware: OriginCheck(policy: configuration.origins))
        let dispatch = RouteDispatch(
            admission: admission, keys: keys, reauthentication: reauthentication, limiter: limiter, log: log,
            cookies: configuration.cookies, origins: configuration.origins
        ) { [metrics] name in metrics?.noteRefusal(by: name) }
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                try await dispatch.respond(request, context, route)
            }
        }
        return router.buildResponder()
    }
}
