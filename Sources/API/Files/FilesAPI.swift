import Accounts
import CRM
import Core
import Credentials
import FileStorage
import Foundation
import Guarding
import HTTPTypes
import Hummingbird
import NIOCore
import Sessions
package import Web
package import Work

/// Files about clients: `/v1/clients/{id}/files` and `/v1/files`.
package struct FilesAPI: Sendable {
    private let files: ClientFiles

    package init(files: ClientFiles) {
        self.files = files
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("clientFiles", .get, "/v1/clients/{id}/files", limit: .api, .signedIn(list), keys: .workRead)
                .answers(.json(.all(.clientFile))),
            Route("addFile", .post, "/v1/clients/{id}/files", limit: .api, .signedIn(add), keys: .workWrite)
                .query(.optional("name", .text))
                .streams("application/octet-stream", upTo: files.limit)
                .answers(.json(.clientFile, .created)),
            Route("getFile", .get, "/v1/files/{id}", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.clientFile)),
            Route("fileContent", .get, "/v1/files/{id}/content", limit: .api, .signedIn(content), keys: .workRead)
                .answers(.media("")),
            Route("removeFile", .delete, "/v1/files/{id}", limit: .api, .signedIn(remove), keys: .workWrite)
                .answers(.noContent)
                .refuses(.forbidden),
            Route("restoreFile", .post, "/v1/files/{id}/restore", limit: .api, .signedIn(restore), keys: .workWrite)
                .reads(orNothing: true)
                .answers(.json(.clientFile))
                .refuses(.forbidden),
        ]
    }

    /// `GET /v1/clients/{id}/files`: newest first.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        guard let all = try await files.all(signedIn.scope, try signedIn.call.identifier(ClientID.self)) else {
            throw Problem(.notFound)
        }
        return Response.list(all, size: 300) { $0.write(to: &$1) }
    }

    /// `POST /v1/clients/{id}/files?name=`: the body is the file, and is written to the disk as it comes.
    @Sendable private func add(_ signedIn: SignedInCall) async throws -> Response {
        let call = signedIn.call
        let id = try call.identifier(ClientID.self)
        var fields = call.query
        let name = fields.text("name", upTo: 1000)
        try fields.finish()
        _ = try call.streamedType()
        if let refusal = try await files.refusal(signedIn.scope, id) { return try Self.answer(refusal) }
        do {
            let upload = try files.upload()
            defer { upload.discard() }
            try await call.stream { piece in try await upload.append(Array(piece.readableBytesView)) }
            return try Self.answer(try await files.add(signedIn.scope, id, name ?? "file", upload), .created)
        } catch let failure as FileFailure where failure.isFull {
            throw Problem(
                .overloaded, detail: "There is no room left on the disk of the server.", retryAfter: .seconds(600),
                headers: [.connection: "close"])
        }
    }

    /// `GET /v1/files/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        guard let file = try await files.get(signedIn.scope, try signedIn.call.identifier(StoredFileID.self)) else {
            throw Problem(.notFound)
        }
        return try Self.answer(.done(file))
    }

    /// `GET /v1/files/{id}/content`: to be saved, never shown as a page of ours: whatever is in it, a browser runs none of it
    /// (ASVS 5.4.1, 3.2.1).
    @Sendable private func content(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(StoredFileID.self)
        guard let (file, contents) = try await files.contents(signedIn.scope, id) else { throw Problem(.notFound) }
        var headers: HTTPFields = [
            .contentType: file.mediaType == "text/plain" ? "text/plain; charset=utf-8" : file.mediaType,
            .contentDisposition: Self.disposition(file.name),
            .contentSecurityPolicy: "sandbox; default-src 'none'",
        ]
        headers[.contentLength] = String(file.size)
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody(contentLength: Int(file.size)) { writer in
                for try await piece in contents { try await writer.write(ByteBuffer(bytes: piece)) }
                try await writer.finish(nil)
            })
    }

    /// `DELETE /v1/files/{id}`: without the password again, for it can be brought back.
    @Sendable private func remove(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(StoredFileID.self)
        _ = try Self.answer(try await files.remove(signedIn.scope, id))
        return Response(status: .noContent)
    }

    /// `POST /v1/files/{id}/restore`: within 30 days of its removal.
    @Sendable private func restore(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(StoredFileID.self)
        try await signedIn.call.noFields()
        return try Self.answer(try await files.restore(signedIn.scope, id))
    }

    /// The name for what reads ASCII alone, and the whole of it (RFC 6266 §4.3, RFC 8187).
    static func disposition(_ name: String) -> String {
        let plain = String(
            name.map { character in
                character.isASCII && !"\"\\%;".contains(character) && !character.isNewline ? character : "_"
            })
        var allowed = CharacterSet(charactersIn: "!#$&+-.^_`|~")
        allowed.insert(charactersIn: "a"..."z")
        allowed.insert(charactersIn: "A"..."Z")
        allowed.insert(charactersIn: "0"..."9")
        let whole = name.addingPercentEncoding(withAllowedCharacters: allowed) ?? "file"
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(whole)"
    }

    private static func answer(_ outcome: ClientFiles.Outcome, _ status: HTTPResponse.Status = .ok) throws -> Response {
        switch outcome {
        case .done(let file):
            var response = Response.json(status) { file.write(to: &$0) }
            if status == .created { response.headers[.location] = "/v1/files/\(file.id)" }
            return response
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        case .tooMany:
            throw Problem([FieldProblem("file", .tooMany, "A client has at most 1,000 files. Remove some first.")])
        case .empty: throw Problem([FieldProblem("file", .required, "The file is empty.")])
        }
    }
}

extension JSONShape {
    fileprivate static let clientFile = JSONShape(
        "ClientFile",
        [
            .required("id", .identifier), .required("clientId", .identifier), .required("name", .text),
            .required("mediaType", .text), .required("size", .integer), .nullable("uploadedBy", .identifier),
            .required("createdAt", .moment),
        ])
}
