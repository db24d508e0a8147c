import Guarding
import HTTPTypes
package import Hummingbird

/// Tells requests of our own pages from those that another site's page makes with our user's cookies.
package struct OriginPolicy: Sendable {
    /// What a request says about the page that made it. A browser says it truly; no script can change it.
    package enum Verdict: Sendable, Hashable {
        /// A page of ours, a listed origin, or the person at the address bar.
        case own
        /// Another site.
        case foreign
        /// Nothing: no browser, or one of long ago.
        case unstated
    }

    private let allowed: Set<String>

    /// `own` is the origin of `PUBLIC_URL`; `listed` are those of `CORS_ALLOWED_ORIGINS`.
    package init(own: String, listed: [String]) {
        allowed = Set([own] + listed)
    }

    /// Judges by `Sec-Fetch-Site`, which the browser computes, and else by `Origin`.
    package func judge(_ request: Request) -> Verdict {
        let origin = request.headers[.origin]
        switch request.headers[.secFetchSite] {
        case "same-origin", "none": return .own
        case .some: return origin.map(allowed.contains) == true ? .own : .foreign
        case nil:
            guard let origin else { return .unstated }
            return allowed.contains(origin) ? .own : .foreign
        }
    }
}

extension HTTPField.Name {
    // The names are constants that are valid, so the fallback is never taken.
    /// Where a reader of server-sent events goes on.
    package static let lastEventID = Self("Last-Event-ID") ?? .via
    static let secFetchSite = Self("Sec-Fetch-Site") ?? .origin
    static let xForwardedFor = Self("X-Forwarded-For") ?? .via
    static let xRequestID = Self("X-Request-Id") ?? .via
    static let secCHUA = Self("Sec-CH-UA") ?? .via
    static let secCHUAPlatform = Self("Sec-CH-UA-Platform") ?? .via
    static let secCHUAMobile = Self("Sec-CH-UA-Mobile") ?? .via
    static let idempotencyKey = Self("Idempotency-Key") ?? .via
    static let rateLimitLimit = Self("RateLimit-Limit") ?? .via
    static let rateLimitRemaining = Self("RateLimit-Remaining") ?? .via
    static let rateLimitReset = Self("RateLimit-Reset") ?? .via
}
