import Core
import CoreMetrics
import Guarding
import HTTPTypes
import Hummingbird

/// Counts requests by route, method and class of status, and times them.
///
/// All counters are made at start, one for each row of the table, so no request can add a name, however it is spelt.
package struct RequestMetrics: Sendable {
    private struct Key: Hashable {
        let path: String
        let method: HTTPRequest.Method
    }

    /// What is counted of one route.
    private struct Meter: Sendable {
        let classes: [Counter]
        let duration: CoreMetrics.Timer
    }

    /// What the families are, for Prometheus.
    package static let help = [
        "gatehouse_http_requests_total": "Requests by route, method and class of status.",
        "gatehouse_http_request_duration_seconds": "From the request to the beginning of its answer, by route.",
        "gatehouse_rate_limit_refusals_total": "Requests that a limit refused.",
    ]

    private let meters: [Key: Meter]
    private let unmatched: Meter
    private let refusals: [RateLimit.Name: Counter]

    init(routes: [Route], registry: MetricsRegistry) {
        meters = Dictionary(
            routes.map { route in
                (
                    Key(path: route.path, method: route.method),
                    Self.meter(route.path, route.method.rawValue, registry)
                )
            }, uniquingKeysWith: { first, _ in first })
        unmatched = Self.meter("none", "other", registry)
        refusals = Dictionary(
            RateLimit.Name.allCases.map { name in
                (
                    name,
                    Counter(
                        label: "gatehouse_rate_limit_refusals_total", dimensions: [("limit", name.rawValue)],
                        factory: registry)
                )
            }, uniquingKeysWith: { first, _ in first })
    }

    /// A limit refused a request.
    func noteRefusal(by name: RateLimit.Name) { refusals[name]?.increment() }

    /// A request was answered. `route` is the path of the table; what is not in the table counts as route `none`.
    func note(_ route: String?, _ method: HTTPRequest.Method, status: Int, took duration: Duration) {
        let meter = route.flatMap { meters[Key(path: $0, method: method)] } ?? unmatched
        let place = status / 100 - 1
        if meter.classes.indices.contains(place) { meter.classes[place].increment() }
        meter.duration.recordNanoseconds(max(0, duration.milliseconds) * 1_000_000)
    }

    private static func meter(_ route: String, _ method: String, _ registry: MetricsRegistry) -> Meter {
        let labels = [("route", route), ("method", method)]
        return Meter(
            classes: (1...5).map { place in
                Counter(
                    label: "gatehouse_http_requests_total", dimensions: labels + [("status", "\(place)xx")],
                    factory: registry)
            },
            duration: CoreMetrics.Timer(
                label: "gatehouse_http_request_duration_seconds", dimensions: labels, factory: registry))
    }
}

/// Shows every answered request to ``RequestMetrics``.
struct RequestMeasuring: RouterMiddleware {
    typealias Context = WebContext

    let metrics: RequestMetrics
    let world: World

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        let started = world.now()
        let response = try await next(request, context)
        metrics.note(
            context.endpointPath, request.method, status: response.status.code, took: world.now() - started)
        return response
    }
}
