import CRM
import Core
import Hummingbird
import Web

extension ClientsAPI {
    /// `GET /v1/clients/{id}/history`: which fields were changed, newest first.
    @Sendable func history(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        var fields = signedIn.call.query
        let limit = fields.integer("limit", in: 1...200, default: 50)
        let cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await book.historyJSON(signedIn.scope, id, limit: limit, cursor: cursor) {
        case .page(let changes, let subject, let next):
            var response = Self.page(changes, next)
            if subject != id { response.headers[.contentLocation] = "/v1/clients/\(subject)/history" }
            return response
        case .notFound: throw Problem(.notFound)
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    /// `GET /v1/clients/trash`: what was thrown away in the last 30 days, last first.
    @Sendable func trash(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let limit = fields.integer("limit", in: 1...100, default: 20)
        let cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await book.trashJSON(signedIn.scope, limit: limit, cursor: cursor) {
        case .page(let clients, let next): return Self.page(clients, next)
        case .invalidCursor: throw Problem(.invalidCursor)
        }
    }

    /// `POST /v1/clients/{id}/restore`: out of the trash, as it was.
    @Sendable func restore(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        try await signedIn.call.noFields()
        switch try await book.restore(signedIn.scope, id) {
        case .restored(let client): return shown(client)
        case .notFound: throw Problem(.notFound)
        }
    }

    static func page(_ items: JSONWriter, _ next: String?) -> Response {
        Response.json(capacity: items.bytes.count + 128) { json in
            json.object { object in
                object.key("data")
                object.array { list in list.json(trusted: items.bytes.span) }
                object.key("page")
                object.object { $0.member("nextCursor", next) }
            }
        }
    }
}
