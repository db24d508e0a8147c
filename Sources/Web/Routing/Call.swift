package import Accounts
package import Core
package import Hummingbird
package import SecurityEvents
package import Sessions

/// A request on its way to the code that answers it.
package struct Call: Sendable {
    package let request: Request
    package let context: WebContext
    package let origins: OriginPolicy
    package let cookies: SignInCookies

    /// Where it comes from.
    package var source: RequestSource { context.source }

    /// The text after `Bearer` in the header `Authorization`; `nil` for another scheme or none.
    package var bearerToken: String? {
        guard let header = request.headers[.authorization] else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
    }

    /// The refresh token in the cookie.
    ///
    /// A browser sends the cookie unasked, so it counts only when the request says that a page of ours made it: 403 `csrf_rejected` for a
    /// cookie without `Origin` or `Sec-Fetch-Site`.
    package func refreshCookie() throws -> String? {
        guard let cookie = request.cookies[cookies.refreshName]?.value, !cookie.isEmpty else { return nil }
        guard origins.judge(request) == .own else { throw Problem(.csrfRejected) }
        return cookie
    }

    /// The cookie of a browser that has signed in before.
    package var deviceCookie: String? { request.cookies[cookies.deviceName]?.value }

    /// The cookie of a browser that is not asked for a second factor.
    package var rememberedDevice: String? { request.cookies[cookies.rememberedName]?.value }

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

/// A request whose access token was verified: an answer that needs a person cannot be reached without one.
package struct SignedInCall: Sendable {
    package let call: Call
    package let claims: AccessClaims

    /// On whose behalf it acts.
    package var scope: Scope { claims.scope }
}

/// A request of a person who has shown the password a moment ago.
package struct SteppedUpCall: Sendable {
    package let signedIn: SignedInCall
    package let proof: FreshReauthentication
}
