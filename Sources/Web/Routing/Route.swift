package import Credentials
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
///
/// A row also says what the route reads and answers, for whoever describes the API or walks it. That cannot drift from the code: a member
/// or parameter that the row does not name is refused before the code could read it, and the tests hold each answer against its row.
package struct Route: Sendable {
    /// The name of the operation, such as `logIn`: unique, and never changed.
    package let name: String
    package let method: HTTPRequest.Method
    /// `{name}` stands for one segment.
    package let path: String
    /// The limit that a request counts against; `nil` only where refusing would do harm.
    package let limit: RateLimit.Name?
    package let access: Access
    /// What an API key must be allowed to call it. `nil` for a route that no key may call: a route that says nothing is one of those.
    package let keyScope: APIKeyScope?
    /// For a route that is looked at in a browser: what a person may run into there, as a page; `nil` for what stays JSON.
    package let problemPage: (@Sendable (Problem) -> Response?)?
    /// The parameters of the query; each may be left out.
    package private(set) var query: [RouteField] = []
    /// The members of the JSON body; `nil` for a route that reads none.
    package private(set) var body: [RouteField]?
    /// Whether a request without a body reads as `{}`.
    package private(set) var isBodyOptional = false
    /// What it takes as a body that is not JSON; `nil` for a route that takes none.
    package private(set) var streamed: StreamedBody?
    /// The ways in which it answers when it does not refuse.
    package private(set) var answers: [RouteAnswer] = []
    private var refusals: Set<ProblemCode> = []

    package init(
        _ name: String, _ method: HTTPRequest.Method, _ path: String, limit: RateLimit.Name?, _ access: Access,
        keys keyScope: APIKeyScope? = nil, problemPage: (@Sendable (Problem) -> Response?)? = nil
    ) {
        self.name = name
        self.method = method
        self.path = path
        self.limit = limit
        self.access = access
        self.keyScope = keyScope
        self.problemPage = problemPage
    }

    /// The route with these parameters of the query.
    package func query(_ fields: RouteField...) -> Route { changed { $0.query = fields } }

    /// The route with these members of the body, of which none may be required if the body may be `absent`.
    package func reads(_ fields: RouteField..., orNothing absent: Bool = false) -> Route {
        reads(fields, orNothing: absent)
    }

    /// The same for members that are listed elsewhere.
    package func reads(_ fields: [RouteField], orNothing absent: Bool = false) -> Route {
        changed { route in
            route.body = fields
            route.isBodyOptional = absent
        }
    }

    /// The route with a body of one of these media types, which it reads as it comes: at most `limit` bytes.
    package func streams(_ mediaTypes: String..., upTo limit: Int) -> Route {
        changed { $0.streamed = StreamedBody(mediaTypes: mediaTypes, limit: limit) }
    }

    /// The route with these answers.
    package func answers(_ answers: RouteAnswer...) -> Route { changed { $0.answers = answers } }

    /// The route with these refusals of its own: what its access, its limit and its fields bring with them is not among them.
    package func refuses(_ codes: ProblemCode...) -> Route { changed { $0.refusals = Set(codes) } }

    private func changed(_ change: (inout Route) -> Void) -> Route {
        var route = self
        change(&route)
        return route
    }

    /// Every code that it may refuse with.
    package var problems: Set<ProblemCode> {
        var codes = refusals.union([.internalError, .databaseUnavailable, .overloaded])
        if method != .get { codes.insert(.csrfRejected) }
        if limit != nil { codes.insert(.rateLimited) }
        if path.contains("{") { codes.insert(.notFound) }
        if keyScope != nil { codes.insert(.scopeMissing) }
        if !query.isEmpty { codes.formUnion([.invalidRequest, .unknownField]) }
        if body != nil || streamed != nil {
            codes.formUnion([
                .invalidRequest, .unknownField, .unsupportedMediaType, .payloadTooLarge, .requestTimeout,
            ])
        }
        switch access {
        case .anyone: break
        case .signedIn: codes.formUnion(Self.admissionProblems)
        case .steppedUp:
            codes.formUnion(Self.admissionProblems.union([.reauthenticationRequired, .secondFactorRequired]))
        }
        return codes
    }

    private static let admissionProblems: Set<ProblemCode> = [
        .tokenMissing, .tokenInvalid, .tokenExpired, .sessionRevoked, .apiKeyInvalid, .keyNotAllowed,
    ]

    /// Whether `path` is one that the route answers.
    package func matches(path: String) -> Bool {
        let mine = self.path.split(separator: "/")
        let asked = path.split(separator: "/")
        return mine.count == asked.count && zip(mine, asked).allSatisfy(Self.matches)
    }

    /// Whether a segment is what the row has there: the same, or anything in the place of `{name}` and then the same.
    private static func matches(_ mine: Substring, _ asked: Substring) -> Bool {
        guard mine.hasPrefix("{"), let end = mine.firstIndex(of: "}") else { return mine == asked }
        return asked.hasSuffix(mine[mine.index(after: end)...])
    }
}

extension Problem {
    /// The answer on `route`: a page where a person looks at it and may have run into it, else JSON.
    func answer(on route: Route?) -> Response { route?.problemPage?(self) ?? response }
}
