import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
import Web
import Work

extension ListingsAPI {
    var requestRoutes: [Route] {
        [
            Route(
                "listClientRequests", .get, "/v1/clients/{id}/requests", limit: .api, .signedIn(clientRequests),
                keys: .workRead
            )
            .answers(.json(.all(.buyerRequest))),
            Route(
                "createRequest", .post, "/v1/clients/{id}/requests", limit: .api, .signedIn(createRequest),
                keys: .workWrite
            )
            .reads(JSONShape.buyerRequestDraft)
            .answers(.json(.buyerRequest, .created))
            .refuses(.forbidden),
            Route("getRequest", .get, "/v1/requests/{id}", limit: .api, .signedIn(getRequest), keys: .workRead)
                .answers(.json(.buyerRequest)),
            Route("changeRequest", .patch, "/v1/requests/{id}", limit: .api, .signedIn(changeRequest), keys: .workWrite)
                .reads(JSONShape.buyerRequestDraft)
                .answers(.json(.buyerRequest))
                .refuses(.forbidden, .versionMismatch),
            Route(
                "clientMatches", .get, "/v1/clients/{id}/matches", limit: .api, .signedIn(clientMatches),
                keys: .workRead
            )
            .query(.optional("limit", .integer), .optional("cursor", .text))
            .answers(.json(.page(of: .listingMatch)))
            .refuses(.invalidCursor),
        ]
    }

    /// `GET /v1/clients/{id}/requests`: what the client looks for.
    @Sendable private func clientRequests(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        guard let all = try await requests.all(signedIn.scope, of: id) else { throw Problem(.notFound) }
        return Response.list(all, size: 600) { $0.write(to: &$1) }
    }

    /// `POST /v1/clients/{id}/requests`.
    @Sendable private func createRequest(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        let draft = try await signedIn.call.decode(BuyerRequestDraft.self)
        return try Self.shown(try await requests.create(signedIn.scope, for: id, draft), .created)
    }

    /// `GET /v1/requests/{id}`.
    @Sendable private func getRequest(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(BuyerRequestID.self)
        guard let request = try await requests.get(signedIn.scope, id) else { throw Problem(.notFound) }
        return try Self.shown(.done(request))
    }

    /// `PATCH /v1/requests/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func changeRequest(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(BuyerRequestID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(BuyerRequestDraft.self)
        return try Self.shown(try await requests.change(signedIn.scope, id, draft, expectedVersions: versions))
    }

    /// `GET /v1/clients/{id}/matches`: the listings that answer what the client looks for.
    @Sendable private func clientMatches(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        let (limit, cursor) = try Self.paging(signedIn)
        return try Self.answer(try await requests.matches(signedIn.scope, of: id, limit: limit, cursor: cursor))
    }

    private static func shown(
        _ outcome: BuyerRequests.Outcome, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        switch outcome {
        case .done(let request):
            var response = Response.json(status) { request.write(to: &$0) }
            response.headers[.eTag] = "\"\(request.version)\""
            if status == .created { response.headers[.location] = "/v1/requests/\(request.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}
