package import Accounts
package import Core
package import Hummingbird
package import SecurityEvents
package import Sessions

/// A request on its way to the code that answers it.
package struct Call: Sendable {
    package let request: Request
    /// The row of the table that brought it here.
    package let route: Route
    package let context: WebContext
    package let origins: OriginPolicy
    package let cookies: SignInCookies

    /// Where it comes from.
    package var source: RequestSource { context.source }

    /// The members of the body, as far as the row names them. Refusals as with ``Hummingbird/Request/jsonMembers(allowingEmpty:)``.
    package func json() async throws -> JSONFields {
        JSONFields(
            try await request.jsonMembers(allowingEmpty: route.isBodyOptional).members, declared: route.body ?? [])
    }

    /// The body as a value of the domain; a member that the row does not name is 400 `unknown_field`, also inside the objects of a list.
    package func decode<Value: Decodable>(_ type: Value.Type) async throws -> Value {
        try await request.decode(type, declared: route.body ?? [])
    }

    /// The parameters of the query, as far as the row names them.
    package var query: QueryFields { QueryFields(request, declared: route.query) }

    /// The text after `Bearer` in the header `Authorization`; `nil` for another scheme or none.
    package var bearerToken: String? {
        guard let header = request.headers[.authorization] else { return nil }
        // One space or more (RFC 9110 §11.4). Of two such headers the values stand behind each other, and are no token.
        let parts = header.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1].drop { $0 == " " })
    }

    /// The refresh tokens in the cookie, in the order in which they were sent.
    ///
    /// More than one, when the same name was set for other domains or paths: by this server before `COOKIE_DOMAIN` was, or by a sibling
    /// subdomain. Whoever asks tries each of them and takes the one that counts. A browser sends the cookie unasked, so it counts only when the request says that a page of ours made it: 403 `csrf_rejected` for a
    /// cookie without `Origin` or `Sec-Fetch-Site`.
    package func refreshCookies() throws -> [String] {
        let found = request.cookieValues(cookies.refreshName)
        guard !found.isEmpty else { return [] }
        guard origins.judge(request) == .own else { throw Problem(.csrfRejected) }
        return found
    }

    /// The cookies of a browser that has signed in before: the one that we made counts, whichever others of that name there are.
    package var deviceCookies: [String] { request.cookieValues(cookies.deviceName) }

    /// The cookies of a browser that is not asked for a second factor, likewise.
    package var rememberedDevices: [String] { request.cookieValues(cookies.rememberedName) }

    /// The `Idempotency-Key`; 400 `invalid_request` for an absurd one.
    package func idempotencyKey() throws -> String? {
        guard let key = request.headers[.idempotencyKey], !key.isEmpty else { return nil }
        guard key.utf8.count <= 255 else {
            throw Problem(
                .invalidRequest,
                errors: [.init(field: "Idempotency-Key", code: "too_long", message: "At most 255 characters.")])
        }
        return key
    }

    /// The `{id}` of the path; 404 `not_found` when it is no id.
    package func identifier<Entity>(_ type: Identifier<Entity>.Type) throws -> Identifier<Entity> {
        guard let text = context.parameters.get("id"), let identifier = Identifier<Entity>(text) else {
            throw Problem(.notFound)
        }
        return identifier
    }
}

/// A request whose access token or API key was verified: an answer that needs somebody cannot be reached without one.
package struct SignedInCall: Sendable {
    package let call: Call
    package let caller: Caller

    /// On whose behalf it acts.
    package var scope: Scope { caller.scope }

    /// What the access token says; `nil` for a key, which has none.
    package var claims: AccessClaims? {
        switch caller {
        case .person(let claims): return claims
        case .key: return nil
        }
    }
}

/// A request of a person who has shown the password a moment ago, or of a key that was given the scope that stands in for it.
package struct SteppedUpCall: Sendable {
    package let signedIn: SignedInCall
    package let proof: FreshReauthentication
}
