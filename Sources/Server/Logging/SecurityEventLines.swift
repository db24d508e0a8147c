import Core
package import Logging
package import SecurityEvents

/// `SECURITY_LOG_SINK=log`: each security event is a line of the program's own log.
///
/// The line says what happened, to whom and in which request; addresses, browsers and details stay in the security log, which forgets them in
/// time and at a person's wish. A log that is kept elsewhere does not.
package struct SecurityEventLines: LogReceiver {
    private let logger: Logger

    package init(logger: Logger) { self.logger = logger }

    /// Writes a line for each of the events.
    package func take(_ events: [SealedEvent]) {
        for sealed in events {
            let event = sealed.event
            var facts: Logger.Metadata = [
                "event": .string(event.id.description), "sequence": .stringConvertible(sealed.sequence),
            ]
            if let user = event.userID { facts["user"] = .string(user.description) }
            if let session = event.sessionID { facts["session"] = .string(session.description) }
            if !event.requestID.isEmpty { facts["request"] = .string(event.requestID) }
            logger.log(level: Self.level(of: event.severity), "security event logged: \(event.type)", metadata: facts)
        }
    }

    private static func level(of severity: EventSeverity) -> Logger.Level {
        switch severity {
        case .info: return .info
        case .warning: return .warning
        case .critical: return .critical
        }
    }
}
