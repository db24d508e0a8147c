package import CRM
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
import Identity
package import SecurityEvents
import Sessions
package import Web

/// The brokerage's clients: `/v1/clients`.
package struct ClientsAPI: Sendable {
    let book: ClientBook
    let exports: ClientExport
    let recorder: EventRecorder

    package init(book: ClientBook, exports: ClientExport, recorder: EventRecorder) {
        self.book = book
        self.exports = exports
        self.recorder = recorder
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listClients", .get, "/v1/clients", limit: .api, .signedIn(list), keys: .clientsRead)
                .query(
                    .optional("search", .text), .optional("stage", .text), .optional("tag", .text),
                    .optional("source", .text), .optional("assignedTo", .identifier),
                    .optional("filter", .foreign), .optional("sort", .choice(ClientSort.self)),
                    .optional("limit", .integer), .optional("cursor", .text)
                )
                .answers(.json(.clients))
                .refuses(.invalidCursor),
            Route("createClient", .post, "/v1/clients", limit: .api, .signedIn(create), keys: .clientsWrite)
                .query(.optional("force", .flag))
                .reads(ClientPatch.fields)
                .answers(.json(.client, .created))
                .refuses(.possibleDuplicate, .forbidden),
            Route(
                "exportClients", .get, "/v1/clients/export", limit: .api, .steppedUp(.export, export),
                keys: .clientsExport
            )
            .query(.optional("format", .choice(ExportFormat.self)), .optional("approved", .identifier))
            .answers(.media("text/csv"), .media("application/jsonl"), .media("text/vcard"))
            .refuses(.exportNotAllowed, .exportApprovalRequired),
            Route("listTrash", .get, "/v1/clients/trash", limit: .api, .signedIn(trash), keys: .clientsRead)
                .query(.optional("limit", .integer), .optional("cursor", .text))
                .answers(.json(.page(of: .trashedClient)))
                .refuses(.invalidCursor),
            Route(
                "restoreClient", .post, "/v1/clients/{id}/restore", limit: .api, .signedIn(restore), keys: .clientsWrite
            )
            .reads(orNothing: true)
            .answers(.json(.client)),
            Route(
                "clientHistory", .get, "/v1/clients/{id}/history", limit: .api, .signedIn(history), keys: .clientsRead
            )
            .query(.optional("limit", .integer), .optional("cursor", .text))
            .answers(.json(.page(of: .clientChange)))
            .refuses(.invalidCursor),
            Route("eraseClient", .post, "/v1/clients/{id}/erase", limit: .api, .steppedUp(.delete, erase))
                .reads(orNothing: true)
                .answers(.json(.erased))
                .refuses(.forbidden),
            Route(
                "clientNeighbours", .get, "/v1/clients/{id}/neighbours", limit: .api, .signedIn(neighbours),
                keys: .clientsRead
            )
            .query(
                .optional("stage", .text), .optional("tag", .text), .optional("source", .text),
                .optional("assignedTo", .identifier), .optional("filter", .foreign),
                .optional("sort", .choice(ClientSort.self))
            )
            .answers(.json(.neighbours)),
            Route("getClient", .get, "/v1/clients/{id}", limit: .api, .signedIn(get), keys: .clientsRead)
                .answers(.json(.client), .notModified),
            Route("changeClient", .patch, "/v1/clients/{id}", limit: .api, .signedIn(patch), keys: .clientsWrite)
                .reads(ClientPatch.fields)
                .answers(.json(.client))
                .refuses(.versionMismatch),
            Route(
                "deleteClient", .delete, "/v1/clients/{id}", limit: .api, .steppedUp(.delete, delete),
                keys: .clientsDelete
            )
            .answers(.noContent)
            .refuses(.versionMismatch, .forbidden),
        ]
    }

    /// The answer that shows one client. That it was not `asked` for by its own identity, but by that of one that was merged into it, stands in
    /// `Content-Location` (RFC 9110 §8.7).
    func shown(_ client: Client, _ status: HTTPResponse.Status = .ok, asked: ClientID? = nil) -> Response {
        var response = Response.json(status, capacity: 1024) { client.write(to: &$0) }
        if let asked, asked != client.id { response.headers[.contentLocation] = "/v1/clients/\(client.id)" }
        response.headers[.eTag] = "\"\(client.version)\""
        if status == .created { response.headers[.location] = "/v1/clients/\(client.id)" }
        return response
    }

    /// The versions in `If-Match`; `nil` when there is none or it is `*`.
    static func expectedVersions(_ call: Call) -> [Int64]? {
        guard case .listed(let tags) = EntityTags(.ifMatch, in: call.request.headers) else { return nil }
        // An ETag that we never gave matches no version, and a weak one none at all (RFC 9110 §13.1.1).
        return tags.filter { !$0.isWeak }.compactMap { Int64($0.text) }
    }

    /// Whether the caller of a read has this version already: `If-None-Match` (RFC 9110 §13.1.2).
    func isKnown(_ client: Client, to call: Call) -> Bool {
        EntityTags(.ifNoneMatch, in: call.request.headers)?.matchWeakly(String(client.version)) ?? false
    }
}
