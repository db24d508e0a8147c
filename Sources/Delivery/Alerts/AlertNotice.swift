import Core
import FoundationEssentials
package import SecurityEvents

/// What an alert says, as it waits in the outbox: the same on every channel.
package struct AlertNotice: Sendable, Hashable, Codable {
    /// The event's identity.
    package let event: String
    package let type: String
    package let severity: String
    /// What happened, in a sentence.
    package let summary: String
    /// ISO 8601.
    package let at: String
    package var userID: String?
    /// Name and address of the person whom it concerns.
    package var person: String?
    package var ip: String?
    package var place: String?
    package var device: String?
    /// How many events it stands for: more than one for a digest.
    package var count = 1
    /// Where the security log is.
    package let link: String

    /// What `event` comes to, `count` times.
    package init(_ event: RecordedEvent, count: Int = 1, link: String) {
        self.event = event.id.description
        type = event.type
        severity = event.severity.rawValue
        summary = EventType(rawValue: event.type)?.summary ?? event.type
        at = event.at.iso8601
        userID = event.userID?.description
        ip = event.ip
        device = event.userAgent.isEmpty ? nil : DeviceName(userAgent: event.userAgent).description
        self.count = count
        self.link = link
    }

    /// A trial of the rule for `type`.
    init(rehearsing type: EventType, id: EventID, at now: Timestamp, link: String) {
        event = id.description
        self.type = type.rawValue
        severity = type.severity.rawValue
        summary = "This is a trial of the rule; nothing has happened. A real alert would say: \(type.summary)"
        at = now.iso8601
        self.link = link
    }

    /// `Security alert: token_theft_detected`, or how many more there were.
    package var title: String {
        count > 1 ? "Security alert: \(count) more of \(type)" : "Security alert: \(type)"
    }

    /// One line for a phone: no names, which everybody near it could read.
    package var shortText: String { "Gatehouse: \(count > 1 ? "\(count) more of " : "")\(type). \(summary) \(at)" }

    /// As bytes to seal.
    var bytes: [UInt8] { (try? JSONEncoder().encode(self)).map { Array($0) } ?? [] }

    init?(bytes: [UInt8]) {
        guard let notice = try? JSONDecoder().decode(AlertNotice.self, from: Data(bytes)) else { return nil }
        self = notice
    }
}
