package import Guarding
package import HTTPTypes
package import Hummingbird
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
    /// For a route that is looked at in a browser: what a person may run into there, as a page; `nil` for what stays JSON.
    package let problemPage: (@Sendable (Problem) -> Response?)?

    package init(
        _ method: HTTPRequest.Method, _ path: String, limit: RateLimit.Name?, _ access: Access,
        problemPage: (@Sendable (Problem) -> Response?)? = nil
    ) {
        self.method = method
        self.path = path
        self.limit = limit
        self.access = access
        self.problemPage = problemPage
    }

    /// Whether `path` is one that the route answers.
    package func matches(path: String) -> Bool {
        let mine = self.path.split(separator: "/")
        let asked = path.split(separator: "/")
        return mine.count == asked.count && zip(mine, asked).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
}

extension Problem {
    /// The answer on `route`: a page where a person looks at it and may have run into it, else JSON.
    func answer(on route: Route?) -> Response { route?.problemPage?(self) ?? response }
}
