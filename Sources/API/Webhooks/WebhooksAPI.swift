import CRM
import Core
import Guarding
import HTTPTypes
import Hummingbird
import Sessions
package import Web
package import Work

/// Who is told what happens: `/v1/webhooks`, for owner and admin. No key may call these routes.
package struct WebhooksAPI: Sendable {
    private let webhooks: Webhooks

    package init(webhooks: Webhooks) {
        self.webhooks = webhooks
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listWebhooks", .get, "/v1/webhooks", limit: .api, .signedIn(list))
                .answers(.json(.all(.webhook)))
                .refuses(.forbidden),
            Route("createWebhook", .post, "/v1/webhooks", limit: .api, .steppedUp(.accountSecurity, create))
                .reads(
                    .required("url", .text), .optional("description", .text), .optional("types", Self.types),
                    .optional("isOn", .flag)
                )
                .answers(.json(.newWebhook, .created))
                .refuses(.forbidden),
            Route("getWebhook", .get, "/v1/webhooks/{id}", limit: .api, .signedIn(get))
                .answers(.json(.webhook))
                .refuses(.forbidden),
            // Another address is as good as another webhook.
            Route("changeWebhook", .patch, "/v1/webhooks/{id}", limit: .api, .steppedUp(.accountSecurity, change))
                .reads(
                    .optional("url", .text), .optional("description", .text), .optional("types", Self.types),
                    .optional("isOn", .flag)
                )
                .answers(.json(.webhook))
                .refuses(.forbidden, .versionMismatch),
            Route("removeWebhook", .delete, "/v1/webhooks/{id}", limit: .api, .steppedUp(.accountSecurity, remove))
                .answers(.noContent)
                .refuses(.forbidden),
            Route("webhookDeliveries", .get, "/v1/webhooks/{id}/deliveries", limit: .api, .signedIn(deliveries))
                .query(
                    .optional("state", .choice(WebhookDelivery.State.self)), .optional("limit", .integer),
                    .optional("cursor", .text)
                )
                .answers(.json(.page(of: .webhookDelivery)))
                .refuses(.forbidden, .invalidCursor),
            Route(
                "replayDelivery", .post, "/v1/webhook-deliveries/{id}/replay", limit: .api, .signedIn(replay)
            )
            .reads(orNothing: true)
            .answers(.json(.webhookDelivery, .accepted))
            .refuses(.forbidden),
        ]
    }

    private static let types = ValueKind.list(.choice(Happening.Kind.self))

    /// `GET /v1/webhooks`: all of them, without their secrets.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        guard let all = try await webhooks.all(signedIn.scope) else { throw Problem(.forbidden) }
        return Response.list(all, size: 600) { $0.write(to: &$1) }
    }

    /// `POST /v1/webhooks` `{url, types?, description?, isOn?}`: the secret is in this answer and nowhere else.
    @Sendable private func create(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        let draft = try await signedIn.call.decode(WebhookDraft.self)
        return try Self.answer(try await webhooks.create(signedIn.scope, draft))
    }

    /// `GET /v1/webhooks/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        try Self.answer(try await webhooks.get(signedIn.scope, try signedIn.call.identifier(WebhookID.self)))
    }

    /// `PATCH /v1/webhooks/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        let id = try signedIn.call.identifier(WebhookID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(WebhookDraft.self)
        return try Self.answer(try await webhooks.change(signedIn.scope, id, draft, expectedVersions: versions))
    }

    /// `DELETE /v1/webhooks/{id}`.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        _ = try Self.answer(
            try await webhooks.remove(signedIn.scope, try signedIn.call.identifier(WebhookID.self)))
        return Response(status: .noContent)
    }

    /// `GET /v1/webhooks/{id}/deliveries`: what was sent, or is to be, the last first.
    @Sendable private func deliveries(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(WebhookID.self)
        var fields = signedIn.call.query
        let state = fields.choice("state", WebhookDelivery.State.self)
        let limit = fields.integer("limit", in: 1...100, default: 20)
        let cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await webhooks.deliveries(signedIn.scope, id, state: state, limit: limit, cursor: cursor) {
        case .page(let found, let next):
            var items = JSONWriter(capacity: found.count * 600)
            for delivery in found { delivery.write(to: &items) }
            return ClientsAPI.page(items, next)
        case .invalidCursor: throw Problem(.invalidCursor)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }

    /// `POST /v1/webhook-deliveries/{id}/replay`: once more, now.
    @Sendable private func replay(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(WebhookDeliveryID.self)
        try await signedIn.call.noFields()
        switch try await webhooks.replay(signedIn.scope, id) {
        case .posted(let delivery): return Response.json(.accepted) { delivery.write(to: &$0) }
        case .webhookOff:
            throw Problem([FieldProblem("isOn", .notPermitted, "The webhook is off. Switch it on first.")])
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }

    private static func answer(_ outcome: Webhooks.Outcome) throws -> Response {
        switch outcome {
        case .done(let webhook): return answer(webhook)
        case .created(let webhook, let secret): return answer(webhook, secret: secret)
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }

    private static func answer(_ webhook: Webhook, secret: Secret<String>? = nil) -> Response {
        var response = Response.json(secret == nil ? .ok : .created) { webhook.write(to: &$0, secret: secret) }
        response.headers[.eTag] = "\"\(webhook.version)\""
        if secret != nil {
            response.headers[.location] = "/v1/webhooks/\(webhook.id)"
            response.headers[.cacheControl] = "no-store"
        }
        return response
    }
}

extension JSONShape {
    private static let webhookMembers: [RouteField] = [
        .required("id", .identifier), .required("url", .text), .required("description", .text),
        .required("types", .list(.choice(Happening.Kind.self))), .required("isOn", .flag),
        .nullable("offReason", .text), .nullable("failingSince", .moment), .required("createdBy", .identifier),
        .required("createdAt", .moment), .required("updatedAt", .moment), .required("version", .integer),
    ]

    fileprivate static let webhook = JSONShape("Webhook", webhookMembers)

    fileprivate static let newWebhook = JSONShape("NewWebhook", webhookMembers + [.required("secret", .text)])

    fileprivate static let webhookDelivery = JSONShape(
        "WebhookDelivery",
        [
            .required("id", .identifier), .required("webhookId", .identifier), .required("messageId", .identifier),
            .required("type", .text), .required("state", .choice(WebhookDelivery.State.self)),
            .required("attempts", .integer), .nullable("statusCode", .integer), .nullable("durationMs", .integer),
            .nullable("error", .text), .required("createdAt", .moment), .nullable("triedAt", .moment),
            .required("payload", .foreign),
        ])
}
