import Accounts
import Core
import Credentials
import Guarding
import Hummingbird
import Identity
import NIOCore
import SecurityEvents
import Sessions
import Web

extension UsersAPI {
    private static let eventsAtOnce = 100

    /// `GET /v1/me/export`: what is kept of the caller themselves, as one JSON object (GDPR Art. 15 and 20). The events are streamed. Secrets, and
    /// what proves a person, are in no export.
    @Sendable func exportOwnData(_ steppedUp: SteppedUpCall) async throws -> Response {
        let scope = steppedUp.signedIn.scope
        guard let account = try await gate.team.account(scope.userID) else { throw Problem(.sessionRevoked) }
        let head = try await ownRecords(scope, account)
        let gate = gate
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json; charset=utf-8",
                .contentDisposition: "attachment; filename=\"my-data.json\"", .cacheControl: "no-store",
            ],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(bytes: head))
                var query = EventQuery()
                query.limit = Self.eventsAtOnce
                var isFirst = true
                while true {
                    let page = try await gate.events.events(for: .person(scope.userID), matching: query)
                    var json = JSONWriter(capacity: 512 * page.count)
                    for event in page { event.write(to: &json, gate.places, withReasons: false) }
                    if !page.isEmpty {
                        if !isFirst { try await writer.write(ByteBuffer(string: ",")) }
                        try await writer.write(ByteBuffer(bytes: json.bytes))
                        isFirst = false
                    }
                    guard page.count == Self.eventsAtOnce, let last = page.last else { break }
                    query.before = last.id
                }
                try await writer.write(ByteBuffer(string: "]}"))
                try await writer.finish(nil)
            })
    }

    /// The object up to its last member, the list of events, which is left open.
    private func ownRecords(_ scope: Scope, _ account: Account) async throws -> [UInt8] {
        let sessions = try await gate.openSessions.list(of: scope.userID)
        let devices = try await gate.rememberedDevices.list(of: scope.userID)
        let passkeys = try await gate.passkeys.list(scope).passkeys
        let keys = try await gate.apiKeys.list(scope)
        let places = gate.places
        var json = JSONWriter(capacity: 4096)
        json.object { object in
            object.user(account)
            object.member("status", account.status.rawValue)
            object.member("createdAt", account.createdAt)
            object.member("emailVerifiedAt", account.emailVerifiedAt)
            object.key("sessions")
            object.array { list in
                for item in sessions { list.session(item, isCurrent: item.session.id == scope.sessionID, places) }
            }
            object.key("rememberedDevices")
            object.array { list in
                for device in devices {
                    list.object { item in
                        item.member("id", device.id)
                        item.member("device", DeviceName(userAgent: device.userAgent).description)
                        item.member("ip", device.ip)
                        item.member("createdAt", device.createdAt)
                    }
                }
            }
            object.key("passkeys")
            object.array { list in passkeys.forEach { list.passkey($0) } }
            object.key("apiKeys")
            object.array { list in
                for key in keys {
                    list.object { item in
                        item.member("id", key.id)
                        item.member("name", key.name)
                        item.member("createdAt", key.createdAt)
                        item.member("lastUsedAt", key.lastUsedAt)
                    }
                }
            }
        }
        return json.bytes.dropLast() + Array(#","events":["#.utf8)
    }
}
