package import Core

/// What Sentry is told: fixed words, names of our own, and nothing that anybody typed. An address, a token or a body cannot be in it,
/// because no text of a request or of an error is.
package struct SentryReport: Sendable, Hashable {
    /// 32 hexadecimal digits; by them Sentry drops a repetition.
    package let id: String
    package let at: Timestamp
    /// `error` or `fatal`.
    package let level: String
    package let message: String
    /// What is alike is grouped by it.
    package let kind: String
    package let tags: [String: String]

    package init(
        id: String, at: Timestamp, level: String, message: String, kind: String, tags: [String: String]
    ) {
        self.id = id
        self.at = at
        self.level = level
        self.message = message
        self.kind = kind
        self.tags = tags
    }

    /// The report as an envelope: three lines of JSON, the second of which says how long the third is.
    func envelope(environment: String) -> [UInt8] {
        var event = JSONWriter()
        event.object { object in
            object.member("event_id", id)
            object.member("timestamp", at)
            object.member("platform", "other")
            object.member("level", level)
            object.member("logger", "gatehouse")
            object.member("environment", environment)
            object.key("message")
            object.object { $0.member("formatted", message) }
            object.key("fingerprint")
            object.array { list in
                list.string("gatehouse")
                list.string(kind)
            }
            object.key("tags")
            object.object { tags in
                for (name, value) in self.tags.sorted(by: { $0.key < $1.key }) {
                    tags.key(text: name)
                    tags.string(String(value.prefix(200)))
                }
            }
        }
        var head = JSONWriter()
        head.object { $0.member("event_id", id) }
        var item = JSONWriter()
        item.object { object in
            object.member("type", "event")
            object.member("content_type", "application/json")
            object.member("length", Int64(event.bytes.count))
        }
        return head.bytes + [0x0A] + item.bytes + [0x0A] + event.bytes + [0x0A]
    }
}
