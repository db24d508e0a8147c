import CRM
import Core
import Hummingbird
import Identity
import Web

extension ClientsAPI {
    /// `GET /v1/clients`: a page of the clients that the caller may see.
    @Sendable func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        var query = ClientQuery()
        query.search = fields.text("search")
        query.stage = fields.text("stage")
        query.tag = fields.text("tag")
        query.source = fields.text("source")
        query.assignedTo = fields.identifier("assignedTo", AccountID.self)
        query.sort = fields.choice("sort", ClientSort.self)
        query.limit = fields.integer("limit", in: 1...100, default: query.limit)
        query.cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await book.listJSON(signedIn.scope, query) {
        case .page(let page):
            return Response.json(capacity: page.clients.bytes.count + 256) { json in
                json.object { object in
                    object.key("data")
                    object.array { list in list.json(trusted: page.clients.bytes.span) }
                    object.key("page")
                    object.object { writer in
                        writer.member("nextCursor", page.nextCursor)
                        writer.member("total", Int64(page.total))
                        if page.totalIsAtLeast { writer.member("totalIsAtLeast", true) }
                    }
                }
            }
        case .invalidCursor: throw Problem(.invalidCursor)
        case .invalid(let problems): throw Problem(problems)
        }
    }
}
