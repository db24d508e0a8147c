import Accounts
import Core
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import SecurityEvents
import Web

extension SecurityAPI {
    /// `GET /audit`: how far the log is sealed and proven; for owner and admin.
    @Sendable func audit(_ signedIn: SignedInCall) async throws -> Response {
        guard signedIn.scope.role.seesEverything else { throw Problem(.forbidden) }
        let status = try await gate.audit.status()
        return Response.json(capacity: 512) { json in
            json.object { object in
                object.member("events", status.events)
                object.member("firstSequence", status.firstSequence)
                object.member("sealedUpTo", status.sealedUpTo)
                object.key("lastCheckpoint")
                if let checkpoint = status.lastCheckpoint {
                    object.object { object in
                        object.member("first", checkpoint.firstSequence)
                        object.member("last", checkpoint.lastSequence)
                        object.member("at", checkpoint.sealedAt)
                        object.member("root", checkpoint.root.hex)
                        object.member("head", checkpoint.headMAC.hex)
                        object.member("key", checkpoint.keyID)
                    }
                } else {
                    object.null()
                }
                object.member("verifiedAt", status.verifiedAt)
                object.member("verifiedUpTo", status.verifiedUpTo)
                object.member("findings", status.findings)
            }
        }
    }

    /// `GET /events/export?from=&to=`: the whole log or a span of it as CSV, streamed, for owner and admin after a step-up.
    @Sendable func export(_ steppedUp: SteppedUpCall) async throws -> Response {
        let (scope, call) = (steppedUp.signedIn.scope, steppedUp.signedIn.call)
        guard scope.role.seesEverything else { throw Problem(.forbidden) }
        var fields = call.query
        if let format = fields.text("format"), format != "csv" {
            fields.refuse("format", "invalid_choice", "This must be csv.")
        }
        let (from, to) = (fields.timestamp("from"), fields.timestamp("to"))
        try fields.finish()
        let event = Event(
            .securityLogExported, in: gate.world, user: scope.userID, session: scope.sessionID, from: call.source,
            detail: ["format": "csv"])
        let lines = try await EventExport(database: gate.database, recorder: gate.recorder)
            .begin(from: from, to: to, telling: event)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8; header=present",
                .contentDisposition: "attachment; filename=\"security-events.csv\"",
            ],
            body: ResponseBody { writer in
                for try await page in lines { try await writer.write(ByteBuffer(bytes: page)) }
                try await writer.finish(nil)
            })
    }
}
