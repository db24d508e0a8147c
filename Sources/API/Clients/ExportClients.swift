import CRM
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import Web

extension ClientsAPI {
    /// `GET /v1/clients/export?format=csv`: the caller's clients, streamed, after a step-up.
    @Sendable func export(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        var fields = call.query
        if let format = fields.text("format"), format != "csv" {
            fields.refuse("format", "invalid_choice", "This must be csv.")
        }
        try fields.finish()
        let outcome = try await exports.begin(steppedUp.signedIn.scope, proof: steppedUp.proof, from: call.source)
        guard case .allowed(let lines) = outcome else { throw Problem(.exportNotAllowed) }
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present",
                .contentDisposition: "attachment; filename=\"clients.csv\"",
            ],
            body: ResponseBody { writer in
                for try await page in lines { try await writer.write(ByteBuffer(bytes: page)) }
                try await writer.finish(nil)
            })
    }
}
