package import Core

/// Marks identifiers of security events.
package enum EventEntity {}

/// The identity of one security event; in the order of time.
package typealias EventID = Identifier<EventEntity>

extension EventID {
    /// The moment at which it was made: its first 48 bits (UUID version 7, RFC 9562 §5.7).
    var moment: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }
}

/// Where a request came from, as far as it can be trusted: for events, sessions and limits.
package struct RequestSource: Sendable, Hashable {
    /// The client's address, after the trusted proxies; `nil` for the command line.
    package var ip: IPAddress?
    /// The `User-Agent` header: printable characters only, at most 256.
    package var userAgent: String
    /// The request's identity, shown to the client as `X-Request-Id`.
    package var requestID: String
    /// What the browser says of itself besides.
    package var hints: ClientHints

    /// A source. Control characters and line breaks in `userAgent` are dropped (log injection), and it is cut.
    package init(ip: IPAddress?, userAgent: String, requestID: String, hints: ClientHints = ClientHints()) {
        self.ip = ip
        self.hints = hints
        let printable = userAgent.unicodeScalars.lazy.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: return false
            default: return true
            }
        }.prefix(256)
        self.userAgent = String(String.UnicodeScalarView(printable))
        self.requestID = requestID
    }

    /// The operator's own shell.
    package static let commandLine = RequestSource(ip: nil, userAgent: "gatehouse command line", requestID: "cli")

    /// The server itself, when nobody asked.
    package static let server = RequestSource(ip: nil, userAgent: "gatehouse server", requestID: "server")
}

/// Something that happened and that security has an interest in.
package struct Event: Sendable, Hashable {
    package let id: EventID
    package let type: EventType
    package let at: Timestamp
    /// Whom it concerns, when that is a known account.
    package var userID: AccountID?
    package var sessionID: SessionID?
    package var source: RequestSource
    /// Further facts, by name; never a password, a token, or an address that is no account's.
    package var detail: [String: String]

    /// An event that happens now.
    package init(
        _ type: EventType, in world: World, user: AccountID? = nil, session: SessionID? = nil,
        from source: RequestSource,
        detail: [String: String] = [:]
    ) {
        id = world.identifier()
        self.type = type
        at = world.now()
        userID = user
        sessionID = session
        self.source = source
        self.detail = detail
    }

    /// The detail as a JSON object with sorted keys.
    var detailJSON: String {
        var writer = JSONWriter(capacity: 64)
        writer.object { object in
            for (key, value) in detail.sorted(by: { $0.key < $1.key }) {
                object.key(text: key)
                object.string(value)
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
