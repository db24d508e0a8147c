import CRM
import Core
import Hummingbird
import Identity
import Web

extension ClientsAPI {
    /// `POST /v1/clients`: a new client. `?force=true` goes on though there may be such a one already.
    @Sendable func create(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        let force = fields.flag("force")
        try fields.finish()
        let draft = try await signedIn.call.decode(ClientDraft.self)
        switch try await book.create(signedIn.scope, draft, force: force) {
        case .created(let client): return shown(client, .created)
        case .possibleDuplicate(let matches):
            var list = JSONWriter()
            list.array { array in matches.forEach { $0.write(to: &array) } }
            throw Problem(.possibleDuplicate, members: [("matches", String(decoding: list.bytes, as: UTF8.self))])
        case .invalid(let problems): throw Problem(problems)
        case .forbidden: throw Problem(.forbidden)
        }
    }

    /// `GET /v1/clients/{id}`.
    @Sendable func get(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        switch try await book.get(signedIn.scope, id) {
        case .found(let client):
            guard !isKnown(client, to: signedIn.call) else {
                return Response(status: .notModified, headers: [.eTag: "\"\(client.version)\""])
            }
            return shown(client, asked: id)
        case .notFound: throw Problem(.notFound)
        }
    }

    /// `PATCH /v1/clients/{id}`: the fields that the body names. With `If-Match` only to one of those versions.
    @Sendable func patch(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        let versions = Self.expectedVersions(signedIn.call)
        let patch = try await signedIn.call.decode(ClientPatch.self)
        switch try await book.patch(signedIn.scope, id, patch, expectedVersions: versions) {
        case .patched(let client): return shown(client, asked: id)
        case .notFound: throw Problem(.notFound)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .invalid(let problems): throw Problem(problems)
        }
    }

    /// `DELETE /v1/clients/{id}`: into the trash, after a step-up.
    @Sendable func delete(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        let outcome = try await book.delete(
            steppedUp.signedIn.scope, try call.identifier(ClientID.self), proof: steppedUp.proof,
            expectedVersions: Self.expectedVersions(call))
        switch outcome {
        case .deleted: return Response(status: .noContent)
        case .notFound: throw Problem(.notFound)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .forbidden: throw Problem(.forbidden)
        case .reauthenticationRequired: throw Problem(.reauthenticationRequired)
        }
    }
}
