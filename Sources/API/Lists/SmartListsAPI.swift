package import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
package import Web

/// Saved filters of clients: `/v1/smart-lists`.
package struct SmartListsAPI: Sendable {
    private let lists: SmartLists

    package init(lists: SmartLists) {
        self.lists = lists
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listSmartLists", .get, "/v1/smart-lists", limit: .api, .signedIn(list), keys: .clientsRead)
                .query(.optional("counts", .flag))
                .answers(.json(.all(.smartList))),
            Route("createSmartList", .post, "/v1/smart-lists", limit: .api, .signedIn(create), keys: .clientsWrite)
                .reads(Self.fields)
                .answers(.json(.smartList, .created))
                .refuses(.forbidden),
            Route("getSmartList", .get, "/v1/smart-lists/{id}", limit: .api, .signedIn(get), keys: .clientsRead)
                .answers(.json(.smartList)),
            Route(
                "changeSmartList", .patch, "/v1/smart-lists/{id}", limit: .api, .signedIn(change), keys: .clientsWrite
            )
            .reads(Self.fields)
            .answers(.json(.smartList))
            .refuses(.forbidden, .versionMismatch),
            Route("removeSmartList", .delete, "/v1/smart-lists/{id}", limit: .api, .steppedUp(.delete, remove))
                .answers(.noContent)
                .refuses(.forbidden),
            Route(
                "smartListClients", .get, "/v1/smart-lists/{id}/clients", limit: .api, .signedIn(clients),
                keys: .clientsRead
            )
            .query(
                .optional("search", .text), .optional("sort", .choice(ClientSort.self)), .optional("limit", .integer),
                .optional("cursor", .text)
            )
            .answers(.json(.smartListClients))
            .refuses(.invalidCursor),
            Route(
                "smartListNeighbours", .get, "/v1/smart-lists/{id}/neighbours", limit: .api, .signedIn(neighbours),
                keys: .clientsRead
            )
            .query(.optional("client", .identifier), .optional("sort", .choice(ClientSort.self)))
            .answers(.json(.neighbours)),
        ]
    }

    private static let fields: [RouteField] = [
        .optional("name", .text), .optional("isShared", .flag), .optional("filter", .foreign),
        .optional("columns", .list(.text)), .optional("sort", .text),
    ]

    /// `GET /v1/smart-lists`: one's own and those that are shared, by name; with `counts=true` how many clients each has.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let counted = fields.flag("counts")
        try fields.finish()
        let all = try await lists.all(signedIn.scope, counted: counted)
        return Response.list(all, size: 600) { $0.write(to: &$1) }
    }

    /// `POST /v1/smart-lists` `{name, filter, columns?, sort?, isShared?}`.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        let draft = try await signedIn.call.decode(SmartListDraft.self)
        return try Self.answer(try await lists.create(signedIn.scope, draft), .created)
    }

    /// `GET /v1/smart-lists/{id}`, with its count.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        guard let list = try await lists.get(signedIn.scope, try signedIn.call.identifier(SmartListID.self)) else {
            throw Problem(.notFound)
        }
        return try Self.answer(.done(list))
    }

    /// `PATCH /v1/smart-lists/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(SmartListID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(SmartListDraft.self)
        return try Self.answer(try await lists.change(signedIn.scope, id, draft, expectedVersions: versions))
    }

    /// `DELETE /v1/smart-lists/{id}`: the list, and none of its clients.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        _ = try Self.answer(
            try await lists.remove(signedIn.scope, try signedIn.call.identifier(SmartListID.self)))
        return Response(status: .noContent)
    }

    /// `GET /v1/smart-lists/{id}/clients`: a page of those that the caller sees.
    @Sendable private func clients(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(SmartListID.self)
        var fields = signedIn.call.query
        var query = SmartListQuery()
        query.search = fields.text("search")
        query.sort = fields.choice("sort", ClientSort.self)
        query.limit = fields.integer("limit", in: 1...100, default: query.limit)
        query.cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await lists.clients(signedIn.scope, id, query) {
        case .page(let page, let gone):
            return Response.json(capacity: page.clients.bytes.count + 256) { json in
                page.write(to: &json) { writer in
                    if gone.isEmpty { return }
                    writer.key("goneConditions")
                    writer.array { list in gone.forEach { ClientFilter.condition($0).write(to: &list) } }
                }
            }
        case .invalidCursor: throw Problem(.invalidCursor)
        case .invalid(let problems): throw Problem(problems)
        case .notFound: throw Problem(.notFound)
        }
    }

    /// `GET /v1/smart-lists/{id}/neighbours?client=`: who stands before and behind the client in the list.
    @Sendable private func neighbours(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(SmartListID.self)
        var fields = signedIn.call.query
        let client = fields.identifier("client", ClientID.self)
        if client == nil { fields.refuse("client", "required", "Say next to whom.") }
        let sort = fields.choice("sort", ClientSort.self)
        try fields.finish()
        guard let client else { throw Problem(.notFound) }
        return try ClientsAPI.answer(try await lists.neighbours(signedIn.scope, id, of: client, sort: sort))
    }

    private static func answer(
        _ outcome: SmartLists.Outcome, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        switch outcome {
        case .done(let list):
            var response = Response.json(status) { list.write(to: &$0) }
            response.headers[.eTag] = "\"\(list.version)\""
            if status == .created { response.headers[.location] = "/v1/smart-lists/\(list.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}

extension JSONShape {
    fileprivate static let smartList = JSONShape(
        "SmartList",
        [
            .required("id", .identifier), .required("name", .text), .required("ownerId", .identifier),
            .required("isShared", .flag), .required("filter", .foreign), .required("columns", .list(.text)),
            .required("sort", .choice(ClientSort.self)), .required("goneConditions", .list(.foreign)),
            .optional("count", .integer), .optional("countIsAtLeast", .flag), .required("createdAt", .moment),
            .required("updatedAt", .moment), .required("version", .integer),
        ])

    fileprivate static let smartListClients = JSONShape(
        "SmartListClientPage",
        [
            .required("data", .list(client)),
            .required(
                "page",
                .object(
                    JSONShape(
                        "SmartListClientPageEnd",
                        [
                            .nullable("nextCursor", .text), .required("total", .integer),
                            .optional("totalIsAtLeast", .flag), .optional("goneConditions", .list(.foreign)),
                        ]))),
        ])
}
