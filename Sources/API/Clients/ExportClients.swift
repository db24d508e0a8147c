import CRM
import Core
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import Sessions
import Web

extension ClientsAPI {
    /// `GET /v1/clients/export?format=csv|jsonl|vcard`: the caller's clients, streamed, after a step-up. `approved` is a request that a second
    /// person has approved.
    @Sendable func export(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        var fields = call.query
        let format = fields.choice("format", ExportFormat.self) ?? .csv
        let approved = fields.identifier("approved", ExportRequestID.self)
        try fields.finish()
        let outcome = try await exports.begin(
            steppedUp.signedIn.scope, proof: steppedUp.proof, format: format, approved: approved, from: call.source)
        switch outcome {
        case .notAllowed: throw Problem(.exportNotAllowed)
        case .approvalNeeded(let id):
            throw Problem(.exportApprovalRequired, members: [("request", "\"\(id)\"")])
        case .allowed(let clients):
            return Response(
                status: .ok,
                headers: [
                    .contentType: format.mediaType,
                    .contentDisposition: "attachment; filename=\"\(format.fileName)\"",
                ],
                body: ResponseBody { writer in
                    for try await page in clients { try await writer.write(ByteBuffer(bytes: page)) }
                    try await writer.finish(nil)
                })
        }
    }
}
