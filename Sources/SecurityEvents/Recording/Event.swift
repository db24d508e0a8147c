package import Core

/// Marks identifiers of security events.
package enum EventEntity {}

/// The identity of one security event; in the order of time.
package typealias EventID = Identifier<EventEntity>

extension EventID {
    /// The moment at which it was made: its first 48 bits (UUID version 7, RFC 9562 §5.7).
    var moment: Timestamp { Timestamp(milliseconds: Int64(high >> 16)) }
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
