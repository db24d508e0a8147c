import Accounts
package import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
package import Identity
package import SecurityEvents
import Sessions
import Storage
package import Web

/// The security log: `/v1/security`. Everybody sees their own events, owner and admin see all.
package struct SecurityAPI: Sendable {
    let gate: Gate
    let live: LiveEvents
    private let cursors: CursorSealer

    package init(gate: Gate, live: LiveEvents, cursorKey: Secret<[UInt8]>) {
        self.gate = gate
        self.live = live
        cursors = CursorSealer(key: cursorKey)
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listEvents", .get, "/v1/security/events", limit: .api, .signedIn(events), keys: .securityRead)
                .query(
                    .optional("type", .choice(EventType.self)), .optional("severity", .choice(EventSeverity.self)),
                    .optional("userId", .identifier), .optional("ip", .text), .optional("from", .moment),
                    .optional("to", .moment), .optional("limit", .integer), .optional("cursor", .text)
                )
                .answers(.json(.page(of: .event)))
                .refuses(.invalidCursor),
            Route("exportEvents", .get, "/v1/security/events/export", limit: .api, .steppedUp(.export, export))
                .query(
                    .optional("format", .choice(["csv"])), .optional("from", .moment), .optional("to", .moment)
                )
                .answers(.media("text/csv"))
                .refuses(.forbidden),
            Route("audit", .get, "/v1/security/audit", limit: .api, .signedIn(audit), keys: .securityRead)
                .answers(.json(.audit))
                .refuses(.forbidden),
            Route("streamEvents", .get, "/v1/security/events/stream", limit: .api, .signedIn(stream))
                .answers(.media("text/event-stream"))
                .refuses(.forbidden, .invalidRequest, .unknownField),
            Route("dashboard", .get, "/v1/security/dashboard", limit: .api, .signedIn(dashboard), keys: .securityRead)
                .query(.optional("window", .choice(DashboardWindow.self)))
                .answers(.json(.dashboard))
                .refuses(.forbidden),
        ]
    }

    /// `GET /events`: newest first.
    @Sendable private func events(_ signedIn: SignedInCall) async throws -> Response {
        var fields = signedIn.call.query
        var query = EventQuery()
        query.type = fields.choice("type", EventType.self)
        query.severity = fields.choice("severity", EventSeverity.self)
        query.userID = fields.identifier("userId", AccountID.self)
        if let text = fields.text("ip") {
            query.ip = IPAddress(text)
            if query.ip == nil { fields.refuse("ip", "invalid_ip", "This must be an IP address.") }
        }
        query.from = fields.timestamp("from")
        query.to = fields.timestamp("to")
        let limit = fields.integer("limit", in: 1...100, default: 20)
        let cursor = fields.text("cursor", upTo: 2048)
        try fields.finish()
        let scope = signedIn.scope
        let binding = CursorBinding(
            list: "security events", reader: scope.userID,
            facts: [
                query.type?.rawValue, query.severity?.rawValue, query.userID?.description, query.ip?.description,
                query.from?.iso8601, query.to?.iso8601,
            ])
        if let cursor {
            guard let position = cursors.open(cursor, for: binding)?.first, let before = EventID(sqlValue: position)
            else { throw Problem(.invalidCursor) }
            query.before = before
        }
        // One more than asked for tells whether there is a next page.
        query.limit = limit + 1
        let audience: EventAudience = scope.role.seesEverything ? .everything : .person(scope.userID)
        let found = try await gate.events.events(for: audience, matching: query)
        let page = found.prefix(limit)
        let places = gate.places
        let next = found.count > limit ? page.last.map { cursors.seal([$0.id.sqlValue], for: binding) } : nil
        return Response.json(capacity: 512 * page.count + 128) { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for event in page { event.write(to: &list, places, withReasons: scope.role.seesEverything) }
                }
                object.key("page")
                object.object { $0.member("nextCursor", next) }
            }
        }
    }
}

extension RecordedEvent {
    /// Writes the event as the API shows it. The reasons of refusals are for owner and admin: to the person refused
    /// they would tell what the sign-in page keeps to itself.
    func write(to writer: inout JSONWriter, _ places: PlaceDatabase, withReasons: Bool) {
        writer.object { object in
            object.member("id", id)
            object.member("type", type)
            object.member("severity", severity.rawValue)
            object.member("at", at)
            object.member("userId", userID)
            object.member("sessionId", sessionID)
            object.member("ip", ip)
            object.member("place", ip.flatMap { IPAddress($0) }.flatMap(places.place)?.description)
            object.member("userAgent", userAgent)
            object.key("detail")
            object.json(trusted: withReasons || type != EventType.loginFailed.rawValue ? detailJSON : "{}")
        }
    }
}
