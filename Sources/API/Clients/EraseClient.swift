import CRM
import Core
import Hummingbird
import Sessions
import Web

extension ClientsAPI {
    /// `POST /v1/clients/{id}/erase`: for good, with everything about them, out of the trash as well.
    @Sendable func erase(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        try await call.noFields()
        let outcome = try await book.erase(
            steppedUp.signedIn.scope, try call.identifier(ClientID.self), proof: steppedUp.proof,
            recorder: recorder, from: call.source)
        switch outcome {
        case .erased(let named):
            return Response.json { json in json.object { $0.member("namedByOthers", Int64(named)) } }
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}

extension JSONShape {
    static let erased = JSONShape("Erased", [.required("namedByOthers", .integer)])
}
