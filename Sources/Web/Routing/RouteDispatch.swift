import Accounts
import Core
import Guarding
import HTTPTypes
package import Hummingbird
import SecurityEvents
import Sessions

/// Carries a request through its route: access, then limit, then the answer.
package struct RouteDispatch: Sendable {
    private let admission: TokenAdmission
    let keys: KeyAdmission
    private let reauthentication: ReauthenticationPolicy
    private let limiter: RateLimiter
    let log: RefusalLog
    private let cookies: SignInCookies
    private let origins: OriginPolicy
    private let noteRefusal: @Sendable (RateLimit.Name) -> Void

    /// `noteRefusal` is told of each request that a limit refuses.
    init(
        admission: TokenAdmission, keys: KeyAdmission, reauthentication: ReauthenticationPolicy,
        limiter: RateLimiter, log: RefusalLog, cookies: SignInCookies, origins: OriginPolicy,
        noteRefusal: @escaping @Sendable (RateLimit.Name) -> Void
    ) {
        self.admission = admission
        self.keys = keys
        self.reauthentication = reauthentication
        self.limiter = limiter
        self.log = log
        self.cookies = cookies
        self.origins = origins
        self.noteRefusal = noteRefusal
    }

    /// Answers `request` as `route` says.
    package func respond(_ request: Request, _ context: WebContext, _ route: Route) async throws -> Response {
        let call = Call(request: request, route: route, context: context, origins: origins, cookies: cookies)
        switch route.access {
        case .anyone(let answer):
            return try await limited(route, by: nil, call) { try await answer(call) }
        case .signedIn(let answer):
            return try await admitted(route, call) { try await answer($0) }
        case .steppedUp(let purpose, let answer):
            return try await admitted(route, call) { signedIn in
                try await answer(try steppedUp(signedIn, for: purpose))
            }
        }
    }

    /// Goes on for somebody whose token or key counts. A stranger's request is counted against the stranger's address before it
    /// is refused, so that guessing tokens and keys is limited as well.
    private func admitted(
        _ route: Route, _ call: Call, _ answer: (SignedInCall) async throws -> Response
    ) async throws -> Response {
        switch try await admit(call, to: route) {
        case .refused(let problem, let event):
            return try await limited(route, by: nil, call) {
                if let event { try await log.record(event) }
                throw problem
            }
        case .admitted(let caller):
            call.context.record.userID = caller.scope.userID
            return try await limited(route, by: caller.scope, call) {
                try Self.permit(caller, on: route)
                return try await answer(SignedInCall(call: call, caller: caller))
            }
        }
    }

    /// Whether a request is let in.
    enum Admittance: Sendable {
        case admitted(Caller)
        /// With what the log is told, if it is told of it.
        case refused(Problem, Event?)
    }

    private func admit(_ call: Call, to route: Route) async throws -> Admittance {
        switch call.credential {
        case .nothing: return .refused(Problem(.tokenMissing), nil)
        case .other: return .refused(Problem(.tokenInvalid), nil)
        case .key(let key): return try await admit(key, call, to: route)
        case .token(let token):
            switch admission.admit(accessToken: token) {
            case .admitted(let claims): return .admitted(.person(claims))
            case .invalid: return .refused(Problem(.tokenInvalid), nil)
            case .expired: return .refused(Problem(.tokenExpired), nil)
            case .revoked: return .refused(Problem(.sessionRevoked), nil)
            }
        }
    }

    private func steppedUp(
        _ signedIn: SignedInCall, for purpose: ReauthenticationPolicy.Purpose
    ) throws -> SteppedUpCall {
        let policy = reauthentication
        let claims: AccessClaims
        switch signedIn.caller {
        case .person(let found): claims = found
        case .key(let key):
            guard let proof = policy.judge(purpose, key: key) else { throw Problem(.keyNotAllowed) }
            return SteppedUpCall(signedIn: signedIn, proof: proof)
        }
        let verdict = policy.judge(
            purpose, scope: signedIn.scope, authenticatedAt: claims.authenticatedAt, methods: claims.methods,
            now: log.world.now())
        switch verdict {
        case .fresh(let proof): return SteppedUpCall(signedIn: signedIn, proof: proof)
        case .secondFactorNeeded: throw Problem(.secondFactorRequired)
        case .stale:
            let seconds = policy.window.milliseconds / 1000
            throw Problem(.reauthenticationRequired, members: [("maxAge", String(seconds))])
        }
    }

    /// Counts the request, refuses it when there were too many, and tells the caller how many are left.
    private func limited(
        _ route: Route, by scope: Scope?, _ call: Call, _ answer: () async throws -> Response
    ) async throws -> Response {
        let subject = scope?.userID.description ?? Self.stranger(call)
        guard let name = route.limit, let verdict = try await limiter.hit(name, subject: subject) else {
            return try await answer()
        }
        guard verdict.isAllowed else {
            noteRefusal(name)
            if verdict.isFirstRefusal { try await recordRefusal(of: name, scope, call) }
            let problem = Problem(.rateLimited, detail: name.message, retryAfter: verdict.reset)
            call.context.record.problem = problem.code.rawValue
            return Self.tell(verdict, in: problem.answer(on: route))
        }
        // An error on its way out meets them further out: a request that could not be served has counted all the same.
        call.context.record.limitHeaders = Self.headers(verdict)
        return Self.tell(verdict, in: try await answer())
    }

    /// What the requests of a stranger are counted under.
    private static func stranger(_ call: Call) -> String { call.source.ip?.subscriber.description ?? "unknown" }

    private func recordRefusal(of name: RateLimit.Name, _ scope: Scope?, _ call: Call) async throws {
        var event = Event(
            .rateLimited, in: log.world, user: scope?.userID, session: scope?.sessionID, from: call.source,
            detail: ["limit": name.rawValue])
        event.detail["key"] = scope?.keyID?.description
        try await log.record(event)
    }

    private static func tell(_ verdict: RateVerdict, in response: Response) -> Response {
        var response = response
        response.headers.append(contentsOf: headers(verdict))
        return response
    }

    private static func headers(_ verdict: RateVerdict) -> HTTPFields {
        [
            .rateLimitLimit: String(verdict.limit), .rateLimitRemaining: String(verdict.remaining),
            .rateLimitReset: String(verdict.reset.retryAfterSeconds),
        ]
    }
}
