import Core

extension SealedEvent {
    /// The event as one line of JSON, without its end. Whatever it holds, it stays one line: JSON writes line breaks and control
    /// characters as escapes (log injection, ASVS 16.4.1).
    package var jsonLine: [UInt8] {
        let known = EventType(rawValue: event.type)
        var json = JSONWriter(capacity: 512)
        json.object { object in
            object.member("sequence", sequence)
            object.member("id", event.id)
            object.member("at", event.at)
            object.member("type", event.type)
            object.member("severity", event.severity.rawValue)
            object.member("category", known?.category.rawValue)
            object.member("owasp", known?.owaspName)
            object.member("userId", event.userID)
            object.member("sessionId", event.sessionID)
            object.member("ip", event.ip)
            object.member("userAgent", event.userAgent)
            object.member("requestId", event.requestID)
            object.key("detail")
            object.json(trusted: event.detailJSON)
        }
        return json.bytes.filter { $0 >= 32 && $0 != 127 }
    }

    /// The event as a message of RFC 5424: facility 10 (security), our name, the type as the message's, and the line of JSON.
    package var syslogMessage: [UInt8] {
        let level =
            switch event.severity {
            case .critical: 2
            case .warning: 4
            case .info: 6
            }
        let name = String(
            event.type.unicodeScalars.filter { (33...126).contains($0.value) }.prefix(32).map(Character.init))
        let head = "<\(10 * 8 + level)>1 \(event.at.iso8601) - gatehouse - \(name.isEmpty ? "-" : name) - "
        return Array(head.utf8) + jsonLine
    }
}
