import Core

extension SealedEvent {
    /// The event as one line of JSON, without its end. Whatever it holds, it stays one line: JSON writes line breaks and control
    /// characters as escapes (log injection, ASVS 16.4.1).
    package var jsonLine: [UInt8] { jsonLine(detail: event.detailJSON) }

    private func jsonLine(detail: String) -> [UInt8] {
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
            object.json(trusted: detail)
        }
        return Self.withoutLineEnds(json.bytes.filter { $0 >= 32 && $0 != 127 })
    }

    /// Line ends and controls that JSON lets stand, and some readers do not: U+0080 to U+009F (a terminal obeys them), U+2028 and U+2029.
    private static func withoutLineEnds(_ line: [UInt8]) -> [UInt8] {
        guard line.contains(where: { $0 == 0xC2 || $0 == 0xE2 }) else { return line }
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: line, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x80...0x9F: text += "\\u00\(String(scalar.value, radix: 16))".unicodeScalars
            case 0x2028, 0x2029: text += "\\u\(String(scalar.value, radix: 16))".unicodeScalars
            default: text.append(scalar)
            }
        }
        return Array(String(text).utf8)
    }

    /// The event as a message of RFC 5424: facility 10 (security), our name, the type as the message's, and the line of JSON.
    package var syslogMessage: [UInt8] { syslogHead + jsonLine }

    /// The same in at most `limit` bytes: what does not fit goes without its detail, and says so. It would otherwise never go, nor what comes after it.
    package func syslogMessage(upTo limit: Int) -> [UInt8] {
        let whole = syslogMessage
        if whole.count <= limit { return whole }
        return syslogHead
            + jsonLine(detail: #"{"omitted":"\#(event.detailJSON.utf8.count) bytes, too many for a datagram"}"#)
    }

    private var syslogHead: [UInt8] {
        let level =
            switch event.severity {
            case .critical: 2
            case .warning: 4
            case .info: 6
            }
        let name = String(
            event.type.unicodeScalars.filter { (33...126).contains($0.value) }.prefix(32).map(Character.init))
        return Array("<\(10 * 8 + level)>1 \(event.at.iso8601) - gatehouse - \(name.isEmpty ? "-" : name) - ".utf8)
    }
}
