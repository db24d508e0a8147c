import CRM
import Core
import Hummingbird
import Identity
import Web

extension ClientsAPI {
    /// `GET /v1/clients`: a page of the clients that the caller may see.
    @Sendable func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        var query = fields.clients()
        query.search = fields.text("search")
        query.limit = fields.integer("limit", in: 1...100, default: query.limit)
        query.cursor = fields.text("cursor", upTo: 2048)
        let filter = fields.filter("filter")
        try fields.finish()
        query.filter = try await book.checked(filter)
        switch try await book.listJSON(signedIn.scope, query) {
        case .page(let page): return Response.json(capacity: page.clients.bytes.count + 256) { page.write(to: &$0) }
        case .invalidCursor: throw Problem(.invalidCursor)
        case .invalid(let problems): throw Problem(problems)
        }
    }
}

extension ClientPage<JSONWriter> {
    /// Writes the page as the API shows it.
    func write(to json: inout JSONWriter, andOfPage more: (inout JSONWriter) -> Void = { _ in }) {
        json.object { object in
            object.key("data")
            object.array { list in list.json(trusted: clients.bytes.span) }
            object.key("page")
            object.object { writer in
                writer.member("nextCursor", nextCursor)
                writer.member("total", Int64(total))
                if totalIsAtLeast { writer.member("totalIsAtLeast", true) }
                more(&writer)
            }
        }
    }
}

extension ClientsAPI {
    /// `GET /v1/clients/{id}/neighbours`: who stands before and behind the client in the list of these filters.
    @Sendable func neighbours(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        var fields = signedIn.call.query
        var query = fields.clients()
        let filter = fields.filter("filter")
        try fields.finish()
        query.filter = try await book.checked(filter)
        return try Self.answer(try await book.neighbours(signedIn.scope, query, of: id))
    }

    static func answer(_ outcome: ClientNeighboursOutcome) throws -> Response {
        switch outcome {
        case .found(let previous, let next):
            return Response.json { json in
                json.object { object in
                    object.member("previous", previous)
                    object.member("next", next)
                }
            }
        case .notFound: throw Problem(.notFound)
        case .invalid(let problems): throw Problem(problems)
        }
    }
}

extension JSONShape {
    static let neighbours = JSONShape(
        "Neighbours", [.nullable("previous", .identifier), .nullable("next", .identifier)])
}

extension QueryFields {
    /// The fixed filters of a list of clients, and its order.
    mutating func clients() -> ClientQuery {
        var query = ClientQuery()
        query.stage = text("stage")
        query.tag = text("tag")
        query.source = text("source")
        query.assignedTo = identifier("assignedTo", AccountID.self)
        query.sort = choice("sort", ClientSort.self)
        return query
    }

    /// A filter of clients in JSON, read but not understood yet.
    mutating func filter(_ name: String) -> FilterNode? {
        guard let text = json(name, upTo: ClientFilter.longest) else { return nil }
        guard let node = FilterNode(json: text) else {
            refuse(name, "invalid", "This is no JSON.")
            return nil
        }
        return node
    }
}

extension ClientBook {
    /// The filter in `node`, which came as the field `filter`; 400 `invalid_request` for what is none.
    func checked(_ node: FilterNode?) async throws -> ClientFilter? {
        guard let node else { return nil }
        switch try await filter(node) {
        case .filter(let filter): return filter
        case .invalid(let problems): throw Problem(problems)
        }
    }
}
