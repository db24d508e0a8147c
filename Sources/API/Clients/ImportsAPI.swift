package import CRM
import ContactFiles
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
import NIOCore
import Sessions
package import Web

/// Files of clients on their way in: `/v1/clients/import` and `/v1/imports`.
package struct ImportsAPI: Sendable {
    let imports: ClientImports

    package init(imports: ClientImports) {
        self.imports = imports
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("importClients", .post, "/v1/clients/import", limit: .api, .signedIn(begin), keys: .clientsWrite)
                .query(
                    .optional("name", .text), .optional("dryRun", .flag),
                    .optional("duplicates", .choice(ImportOptions.Duplicates.self)), .optional("mapping", .text),
                    .optional("stage", .text), .optional("source", .text), .optional("assignedTo", .identifier),
                    .optional("dateOrder", .choice(DateOrder.self))
                )
                .streams("text/csv", "text/vcard", "text/x-vcard", upTo: imports.files.limit)
                .answers(.json(.importBegun, .accepted))
                .refuses(.forbidden, .importLimit),
            Route("listImports", .get, "/v1/imports", limit: .api, .signedIn(list), keys: .clientsRead)
                .query(.optional("limit", .integer), .optional("cursor", .text))
                .answers(.json(.page(of: .importSummary)))
                .refuses(.invalidCursor),
            Route("getImport", .get, "/v1/imports/{id}", limit: .api, .signedIn(get), keys: .clientsRead)
                .answers(.json(.clientImport)),
            Route(
                "rejectedImportRows", .get, "/v1/imports/{id}/rejected", limit: .api, .signedIn(rejected),
                keys: .clientsRead
            )
            .answers(.media("text/csv")),
            Route(
                "stopImport", .delete, "/v1/imports/{id}", limit: .api, .steppedUp(.delete, stop), keys: .clientsDelete
            )
            .answers(.json(.importBegun, .accepted)),
        ]
    }

    /// `GET /v1/imports`: one's own, and for owner and admin everybody's, newest first.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let limit = fields.integer("limit", in: 1...100, default: 20)
        let cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        switch try await imports.listJSON(signedIn.scope, limit: limit, cursor: cursor) {
        case .invalidCursor: throw Problem(.invalidCursor)
        case .page(let items, let next): return ClientsAPI.page(items, next)
        }
    }

    /// `GET /v1/imports/{id}`: how far it is, what its columns are, its first rows, and what is wrong with some.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ImportID.self)
        guard let json = try await imports.showJSON(signedIn.scope, id) else { throw Problem(.notFound) }
        return Response(
            status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }

    /// `GET /v1/imports/{id}/rejected`: the rows that were not imported, to be mended and imported again.
    @Sendable private func rejected(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ImportID.self)
        guard let lines = try await imports.rejectedRows(signedIn.scope, id) else { throw Problem(.notFound) }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present",
                .contentDisposition: "attachment; filename=\"rejected.csv\"",
            ],
            body: ResponseBody { writer in
                for try await page in lines { try await writer.write(ByteBuffer(bytes: page)) }
                try await writer.finish(nil)
            })
    }

    /// `DELETE /v1/imports/{id}`: stops it while it runs, and takes back what it did afterwards.
    @Sendable private func stop(_ steppedUp: SteppedUpCall) async throws -> Response {
        let id = try steppedUp.signedIn.call.identifier(ImportID.self)
        switch try await imports.stop(steppedUp.signedIn.scope, id, proof: steppedUp.proof) {
        case .accepted(let status): return Self.begun(id, status)
        case .notFound: throw Problem(.notFound)
        case .reauthenticationRequired: throw Problem(.reauthenticationRequired)
        }
    }

    /// The answer to whoever has set something going.
    static func begun(_ id: ImportID, _ status: String) -> Response {
        Response.json(.accepted, headers: [.location: "/v1/imports/\(id)"]) { json in
            json.object { object in
                object.key("import")
                object.object { item in
                    item.member("id", id)
                    item.member("status", status)
                }
            }
        }
    }
}
