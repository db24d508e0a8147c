import Core
import Credentials
import Guarding
import Hummingbird
package import Identity
import SecurityEvents
import Sessions
package import Web

/// The caller's API keys: `/v1/api-keys`. No key may call these routes.
package struct APIKeysAPI: Sendable {
    private static let mostNetworks = 50

    let gate: Gate

    package init(gate: Gate) {
        self.gate = gate
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listApiKeys", .get, "/v1/api-keys", limit: .api, .signedIn(list))
                .answers(.json(.all(.usedKey))),
            Route("createApiKey", .post, "/v1/api-keys", limit: .api, .steppedUp(.accountSecurity, create))
                .reads(
                    .required("name", .text), .optional("scopes", .list(.choice(APIKeyScope.self))),
                    .optional("expiresAt", .moment), .optional("allowedNetworks", .list(.text))
                )
                .answers(.json(.newKey, .created))
                .refuses(.forbidden, .apiKeyLimit),
            Route("revokeApiKey", .delete, "/v1/api-keys/{id}", limit: .api, .steppedUp(.accountSecurity, revoke))
                .answers(.noContent),
        ]
    }

    /// `GET /v1/api-keys`: those that count, the newest first. Asks for no step-up: it shows no key, and whoever fears for one looks here first.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        let keys = try await gate.apiKeys.list(signedIn.scope)
        let places = gate.places
        return Response.json(capacity: 512 * keys.count + 64) { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for key in keys {
                        list.object { item in
                            item.members(of: key)
                            item.member("lastUsedAt", key.lastUsedAt)
                            item.member("lastUsedIp", key.lastUsedFrom?.description)
                            item.member("lastUsedPlace", key.lastUsedFrom.flatMap(places.place)?.description)
                        }
                    }
                }
            }
        }
    }

    /// `POST /v1/api-keys` `{name, scopes?, expiresAt?, allowedNetworks?}`: the key is in this answer and nowhere else.
    @Sendable private func create(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        var fields = try await signedIn.call.json()
        let wish = APIKey.Wish(
            name: fields.name("name"), scopes: fields.keyScopes("scopes"),
            expiresAt: fields.expiry("expiresAt", at: gate.world.now()),
            networks: fields.networks("allowedNetworks", upTo: Self.mostNetworks))
        try fields.finish()
        let outcome = try await gate.apiKeys.create(
            signedIn.scope, wish, steppedUp.proof, from: signedIn.call.source)
        switch outcome {
        case .created(let text, let key):
            return Response.json(.created, headers: [.cacheControl: "no-store"]) { json in
                json.object { object in
                    object.members(of: key)
                    object.member("key", text.exposed)
                }
            }
        case .notInRole(let scope):
            throw Problem(.forbidden, detail: "Your role does not include the scope \(scope.rawValue).")
        case .tooMany: throw Problem(.apiKeyLimit)
        case .sessionRevoked: throw Problem(.sessionRevoked)
        }
    }

    /// `DELETE /v1/api-keys/{id}`: it counts for nothing from the next request on. Somebody else's looks like one that is not there.
    @Sendable private func revoke(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let id = try call.identifier(APIKeyID.self)
        guard try await gate.apiKeys.revoke(id, steppedUp.signedIn.scope, steppedUp.proof, from: call.source) else {
            throw Problem(.notFound)
        }
        return Response(status: .noContent)
    }
}

extension JSONWriter {
    /// Writes what is kept of a key; `hint` is its prefix and its last four characters.
    fileprivate mutating func members(of key: APIKey) {
        member("id", key.id)
        member("name", key.name)
        member("hint", "\(PresentedKey.prefix)…\(key.hint)")
        self.key("scopes")
        array { list in key.scopes.map(\.rawValue).sorted().forEach { list.string($0) } }
        self.key("allowedNetworks")
        array { list in key.networks.forEach { list.string($0.description) } }
        member("createdAt", key.createdAt)
        member("expiresAt", key.expiresAt)
    }
}

extension JSONFields {
    /// What the key may do; the standard when nothing is said.
    fileprivate mutating func keyScopes(_ name: String) -> Set<APIKeyScope> {
        guard let texts = texts(name, atMost: 2 * APIKeyScope.allCases.count) else { return APIKeyScope.standard }
        let scopes = texts.compactMap(APIKeyScope.init(rawValue:))
        if scopes.count < texts.count {
            let known = APIKeyScope.allCases.map(\.rawValue).joined(separator: ", ")
            refuse(name, "invalid_choice", "Each must be one of: \(known).")
        } else if scopes.isEmpty {
            refuse(name, "required", "Name one at least, or leave this out.")
        }
        return Set(scopes)
    }

    /// When the key runs out: after `now`, and not too long after.
    fileprivate mutating func expiry(_ name: String, at now: Timestamp) -> Timestamp? {
        guard let text = optionalString(name, upTo: 64) else { return nil }
        guard let moment = Timestamp(iso8601: text) else {
            refuse(name, "invalid_time", "This must be a time such as 2027-01-31T09:05:00Z.")
            return nil
        }
        if moment <= now {
            refuse(name, "in_the_past", "This must be in the future.")
        } else if moment - now > APIKeys.longestLife {
            refuse(name, "too_late", "At most ten years from now.")
        }
        return moment
    }

    /// From where the key may be used; everywhere when nothing is said.
    fileprivate mutating func networks(_ name: String, upTo limit: Int) -> [IPNetwork] {
        guard let texts = texts(name, atMost: limit) else { return [] }
        let networks = texts.compactMap { IPNetwork($0) }
        if networks.count < texts.count {
            refuse(name, "invalid_network", "Each must be a network such as 192.0.2.0/24 or 2001:db8::/32.")
        } else if networks.contains(where: \.isEverything) {
            refuse(name, "too_wide", "A network that holds every address allows nothing that leaving it out would not.")
        }
        return networks
    }
}

extension JSONShape {
    private static let keyMembers: [RouteField] = [
        .required("id", .identifier), .required("name", .text), .required("hint", .text),
        .required("scopes", .list(.choice(APIKeyScope.self))), .required("allowedNetworks", .list(.text)),
        .required("createdAt", .moment), .nullable("expiresAt", .moment),
    ]

    fileprivate static let usedKey = JSONShape(
        "ApiKey",
        keyMembers + [
            .nullable("lastUsedAt", .moment), .nullable("lastUsedIp", .text), .nullable("lastUsedPlace", .text),
        ])

    fileprivate static let newKey = JSONShape("NewApiKey", keyMembers + [.required("key", .text)])
}
