import Core
import Guarding
import HTTPTypes
package import Hummingbird
import SecurityEvents
import Sessions

/// Carries a request through its route: access, then limit, then the answer.
package struct RouteDispatch: Sendable {
    private let admission: TokenAdmission
    private let reauthentication: ReauthenticationPolicy
    private let limiter: RateLimiter
    private let log: RefusalLog
    private let cookies: SignInCookies
    private let origins: OriginPolicy
    private let noteRefusal: @Sendable (RateLimit.Name) -> Void

    /// `noteRefusal` is told of each request that a limit refuses.
    init(
        admission: TokenAdmission, reauthentication: ReauthenticationPolicy, limiter: RateLimiter, log: RefusalLog,
        cookies: SignInCookies, origins: OriginPolicy,
        noteRefusal: @escaping @Sendable (RateLimit.Name) -> Void
    ) {
        self.admission = admission
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

    /// Goes on for a person whose token counts. A stranger's request is counted against the stranger's address before it
    /// is refused, so that guessing tokens is limited as well.
    private func admitted(
        _ route: Route, _ call: Call, _ answer: (SignedInCall) async throws -> Response
    ) async throws -> Response {
        let claims: AccessClaims
        do {
            claims = try admit(call)
        } catch {
            return try await limited(route, by: nil, call) { throw error }
        }
        call.context.record.userID = claims.userID
        return try await limited(route, by: claims, call) {
            try await answer(SignedInCall(call: call, claims: claims))
        }
    }

    private func admit(_ call: Call) throws -> AccessClaims {
        guard let token = call.bearerToken else {
            throw Problem(call.request.headers[.authorization] == nil ? .tokenMissing : .tokenInvalid)
        }
        switch admission.admit(accessToken: token) {
        case .admitted(let claims): return claims
        case .invalid: throw Problem(.tokenInvalid)
        case .expired: throw Problem(.tokenExpired)
        case .revoked: throw Problem(.sessionRevoked)
        }
    }

    private func steppedUp(
        _ signedIn: SignedInCall, for purpose: ReauthenticationPolicy.Purpose
    ) throws -> SteppedUpCall {
        let policy = reauthentication
        let claims = signedIn.claims
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
        _ route: Route, by claims: AccessClaims?, _ call: Call, _ answer: () async throws -> Response
    ) async throws -> Response {
        let subject = claims?.userID.description ?? call.source.ip?.subscriber.description ?? "unknown"
        guard let name = route.limit, let verdict = try await limiter.hit(name, subject: subject) else {
            return try await answer()
        }
        guard verdict.isAllowed else {
            noteRefusal(name)
            if verdict.isFirstRefusal { try await recordRefusal(of: name, claims, call) }
            let problem = Problem(.rateLimited, detail: name.message, retryAfter: verdict.reset)
            call.context.record.problem = problem.code.rawValue
            return Self.tell(verdict, in: problem.answer(on: route))
        }
        // An error on its way out meets them further out: a request that could not be served has counted all the same.
        call.context.record.limitHeaders = Self.headers(verdict)
        return Self.tell(verdict, in: try await answer())
    }

    private func recordRefusal(of name: RateLimit.Name, _ claims: AccessClaims?, _ call: Call) async throws {
        try await log.record(
            Event(
                .rateLimited, in: log.world, user: claims?.userID, session: claims?.sessionID, from: call.source,
                detail: ["limit": name.rawValue]))
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
