import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Identity
package import Web

/// Two clients that are one person: `/v1/clients/{id}/merge`, `/v1/merges`.
package struct DuplicatesAPI: Sendable {
    private let clients: ClientsAPI

    package init(clients: ClientsAPI) {
        self.clients = clients
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route(
                "listDuplicates", .get, "/v1/clients/duplicates", limit: .api, .signedIn(list), keys: .clientsRead
            )
            .query(.optional("limit", .integer), .optional("cursor", .text))
            .answers(.json(.page(of: .likelyPair)))
            .refuses(.invalidCursor),
            Route(
                "dismissDuplicate", .post, "/v1/clients/duplicates/dismiss", limit: .api, .signedIn(dismiss),
                keys: .clientsWrite
            )
            .reads(.required("clients", .list(.identifier)))
            .answers(.noContent)
            .refuses(.notFound, .forbidden),
            Route("mergeClients", .post, "/v1/clients/{id}/merge", limit: .api, .signedIn(merge), keys: .clientsWrite)
                .reads(.required("with", .identifier), .optional("version", .integer))
                .answers(.json(.mergedClient))
                .refuses(.forbidden, .versionMismatch),
            Route("undoMerge", .post, "/v1/merges/{id}/undo", limit: .api, .signedIn(undo), keys: .clientsWrite)
                .reads(orNothing: true)
                .answers(.json(.partedClients))
                .refuses(.forbidden, .mergedSince, .undoExpired),
        ]
    }

    /// `GET /v1/clients/duplicates`: pairs of the caller's clients that may be one person, the surest first.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let limit = fields.integer("limit", in: 1...100, default: 20)
        let cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await clients.book.pairsJSON(signedIn.scope, limit: limit, cursor: cursor) {
        case .page(let pairs, let next): return ClientsAPI.page(pairs, next)
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    /// `POST /v1/clients/duplicates/dismiss` `{clients: [id, id]}`: they are two people.
    @Sendable private func dismiss(_ signedIn: SignedInCall) async throws -> Response {
        var fields = try await signedIn.call.json()
        let ids = (fields.texts("clients", atMost: 2) ?? []).compactMap { ClientID($0) }
        if ids.count != 2 { fields.refuse("clients", "invalid_id", "Give the ids of two clients.") }
        try fields.finish()
        guard ids.count == 2 else { throw Problem(.invalidRequest) }
        switch try await clients.book.dismissPair(signedIn.scope, ids[0], ids[1]) {
        case .dismissed: return Response(status: .noContent)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        case .same: throw Problem([FieldProblem("clients", .sameClient, "They are one client.")])
        }
    }

    /// `POST /v1/clients/{id}/merge` `{with, version?}`: the client `with` goes into that of the path. `If-Match` is about the one, `version` about
    /// the other.
    @Sendable private func merge(_ signedIn: SignedInCall) async throws -> Response {
        let call = signedIn.call
        let id = try call.identifier(ClientID.self)
        var fields = try await call.json()
        let other = fields.client("with")
        let version = fields.version("version")
        try fields.finish()
        guard let other else { throw Problem(.invalidRequest) }
        let outcome = try await clients.book.merge(
            signedIn.scope, id, with: other, expectedVersions: ClientsAPI.expectedVersions(call), loserVersion: version)
        switch outcome {
        case .merged(let client, let record):
            return Response.json(headers: [.eTag: "\"\(client.version)\""], capacity: 2048) { json in
                json.object { object in
                    object.key("client")
                    client.write(to: &object)
                    object.key("merge")
                    object.object { merge in
                        merge.member("id", record.id)
                        merge.member("mergedId", record.merged)
                        merge.member("undoableUntil", record.undoableUntil)
                    }
                }
            }
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .invalid(let problems): throw Problem(problems)
        }
    }

    /// `POST /v1/merges/{id}/undo`: two clients again, as they were but for what was changed since.
    @Sendable private func undo(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(MergeID.self)
        try await signedIn.call.noFields()
        switch try await clients.book.undoMerge(signedIn.scope, id) {
        case .undone(let client, let parted, let kept):
            return Response.json(headers: [.eTag: "\"\(client.version)\""], capacity: 4096) { json in
                json.object { object in
                    object.key("client")
                    client.write(to: &object)
                    object.key("parted")
                    parted.write(to: &object)
                    object.key("kept")
                    object.array { list in kept.forEach { list.string($0) } }
                }
            }
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        case .expired: throw Problem(.undoExpired)
        case .mergedSince(let later): throw Problem(.mergedSince, members: [("mergeId", "\"\(later)\"")])
        }
    }
}

extension JSONFields {
    /// The identity of a client; `nil`, and a problem, when it is absent or something else.
    fileprivate mutating func client(_ name: String) -> ClientID? {
        let text = string(name)
        if let id = ClientID(text) { return id }
        if !text.isEmpty { refuse(name, "invalid_id", "This must be an id.") }
        return nil
    }

    /// A version of a client; `nil` when it is absent or null, and a problem when it is something else.
    fileprivate mutating func version(_ name: String) -> Int64? {
        switch value(name) {
        case nil, .null: return nil
        case .integer(let version): return version
        case .bool, .real, .string, .array, .object:
            refuse(name, "wrong_type", "This must be a whole number.")
            return nil
        }
    }
}

extension JSONShape {
    fileprivate static let likelyPair = JSONShape(
        "LikelyPair",
        [
            .required("reasons", .list(.choice(PairReason.allCases.map(\.rawValue)))),
            .required("clients", .list(client)),
        ])

    fileprivate static let mergedClient = JSONShape(
        "MergedClient",
        [
            .required("client", .object(client)),
            .required(
                "merge",
                .object(
                    JSONShape(
                        "Merge",
                        [
                            .required("id", .identifier), .required("mergedId", .identifier),
                            .required("undoableUntil", .moment),
                        ]))),
        ])

    fileprivate static let partedClients = JSONShape(
        "PartedClients",
        [
            .required("client", .object(client)), .required("parted", .object(client)),
            .required("kept", .list(.text)),
        ])
}
