package import Guarding
package import HTTPTypes
package import Hummingbird
import Identity
package import Sessions

/// Who may call a route, together with the code that answers: the code gets exactly the proof that the access demands.
package enum Access: Sendable {
    /// Anybody.
    case anyone(@Sendable (Call) async throws -> Response)
    /// Whoever is signed in.
    case signedIn(@Sendable (SignedInCall) async throws -> Response)
    /// Whoever has shown the password a moment ago.
    case steppedUp(ReauthenticationPolicy.Purpose, @Sendable (SteppedUpCall) async throws -> Response)
}

/// One row of the table of routes. There is no route elsewhere and no default for who may call it.
package struct Route: Sendable {
    package let method: HTTPRequest.Method
    /// `{name}` stands for one segment.
    package let path: String
    /// The limit that a request counts against; `nil` only where refusing would do harm.
    package let limit: RateLimit.Name?
    package let access: Access
    /// Whether it is looked at in a browser: what a person may run into there is a page as well, and no JSON.
    package let isPage: Bool

    package init(_ method: HTTPRequest.Method, _ path: String, limit: RateLimit.Name?, _ access: Access) {
        self.init(method, path, limit, access, isPage: false)
    }

    private init(
        _ method: HTTPRequest.Method, _ path: String, _ limit: RateLimit.Name?, _ access: Access, isPage: Bool
    ) {
        self.method = method
        self.path = path
        self.limit = limit
        self.access = access
        self.isPage = isPage
    }

    /// The row of a page, or of the form on it.
    package static func page(
        _ method: HTTPRequest.Method, _ path: String, limit: RateLimit.Name?, _ access: Access
    ) -> Route {
        Route(method, path, limit, access, isPage: true)
    }

    /// Whether `path` is one that the route answers.
    package func matches(path: String) -> Bool {
        let mine = self.path.split(separator: "/")
        let asked = path.split(separator: "/")
        return mine.count == asked.count && zip(mine, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}
