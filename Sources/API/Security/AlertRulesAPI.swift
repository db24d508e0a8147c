import Accounts
import Core
import Guarding
import HTTPTypes
import Hummingbird
package import Identity
import SecurityEvents
import Sessions
package import Web

/// What is told to whom: `/v1/security/alert-rules`. For owners alone: whoever can read the rules knows what goes unseen.
package struct AlertRulesAPI: Sendable {
    private let gate: Gate

    package init(gate: Gate) {
        self.gate = gate
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listAlertRules", .get, "/v1/security/alert-rules", limit: .api, .signedIn(list))
                .answers(.json(.all(.alertRule)))
                .refuses(.forbidden),
            Route(
                "changeAlertRule", .put, "/v1/security/alert-rules/{type}", limit: .api,
                .steppedUp(.accountSecurity, put)
            )
            .reads(
                .optional("enabled", .flag), .optional("channels", .list(.choice(AlertChannel.self))),
                .optional("recipients", .list(.text)), .optional("threshold", .object(.alertThreshold)),
                .optional("quietHours", .object(.quietHours))
            )
            .answers(.json(.alertRule))
            .refuses(.forbidden),
        ]
    }

    /// `GET /alert-rules`: one for every type of event.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        guard signedIn.scope.role == .owner else { throw Problem(.forbidden) }
        try await gate.alertRules.reload(from: gate.database)
        return Response.json(capacity: 16_384) { json in
            json.object { object in
                object.key("data")
                object.array { list in
                    for type in EventType.allCases { list.member(gate.alertRules.rule(for: type)) }
                }
            }
        }
    }

    /// `PUT /alert-rules/{type}`: the rule as a whole; what is absent has its default.
    @Sendable private func put(_ steppedUp: SteppedUpCall) async throws -> Response {
        let call = steppedUp.signedIn.call
        guard let type = call.context.parameters.get("type").flatMap({ EventType(rawValue: $0) }) else {
            throw Problem(.notFound)
        }
        guard steppedUp.signedIn.scope.role == .owner else { throw Problem(.forbidden) }
        var fields = try await call.json()
        let rule = fields.alertRule(type, standard: gate.alertRules.standardRule(for: type))
        try fields.finish()
        switch try await gate.changeAlertRule.change(steppedUp.proof, to: rule, from: call.source) {
        case .forbidden: throw Problem(.forbidden)
        case .changed(let rule): return Response.json { $0.member(rule) }
        }
    }
}

extension JSONFields {
    fileprivate mutating func alertRule(_ type: EventType, standard: AlertRule) -> AlertRule {
        var rule = standard
        switch value("enabled") {
        case nil: break
        case .bool(let isEnabled): rule.isEnabled = isEnabled
        default: refuse("enabled", "wrong_type", "This must be true or false.")
        }
        if let names = texts("channels", atMost: 8) {
            let channels = names.compactMap { AlertChannel(rawValue: $0) }
            if channels.count != names.count {
                let all = AlertChannel.allCases.map(\.rawValue).joined(separator: ", ")
                refuse("channels", "invalid_choice", "These must be some of: \(all).")
            }
            rule.channels = Set(channels)
        }
        if let names = texts("recipients", atMost: 20) {
            rule.recipients = names.compactMap { EmailAddress($0)?.text ?? PhoneNumber($0)?.text }
            // A comma, which an address may hold only between quotes, divides them where they are kept.
            if rule.recipients.count != names.count {
                refuse(
                    "recipients", "invalid_recipient",
                    "These must be mail addresses, or numbers with a + and country code.")
            }
        }
        rule.threshold = threshold()
        rule.quietHours = quietHours()
        return rule
    }

    private mutating func threshold() -> AlertThreshold? {
        let value = value("threshold")
        if value == nil || value == .null { return nil }
        guard case .object(let members) = value, members.count == 2, case .integer(let count) = members["count"],
            case .integer(let minutes) = members["minutes"], let whole = Int(exactly: count),
            let span = Int(exactly: minutes), let threshold = AlertThreshold(count: whole, minutes: span)
        else {
            refuse("threshold", "invalid_threshold", "Give count (2 to 10000) and minutes (1 to 1440).")
            return nil
        }
        return threshold
    }

    private mutating func quietHours() -> QuietHours? {
        let value = value("quietHours")
        if value == nil || value == .null { return nil }
        guard case .object(let members) = value, members.count == 3, case .string(let from) = members["from"],
            case .string(let to) = members["to"], case .string(let zone) = members["zone"],
            let quiet = QuietHours(from: from, to: to, zone: zone)
        else {
            refuse(
                "quietHours", "invalid_quiet_hours", "Give from and to, such as 22:00, and zone, such as Europe/Berlin."
            )
            return nil
        }
        return quiet
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ rule: AlertRule) {
        object { object in
            object.member("type", rule.type.rawValue)
            object.member("severity", rule.type.severity.rawValue)
            object.member("enabled", rule.isEnabled)
            object.key("channels")
            object.array { list in rule.channels.map(\.rawValue).sorted().forEach { list.string($0) } }
            object.key("recipients")
            object.array { list in rule.recipients.forEach { list.string($0) } }
            object.key("threshold")
            if let threshold = rule.threshold {
                object.object { bounds in
                    bounds.member("count", Int64(threshold.count))
                    bounds.member("minutes", Int64(threshold.minutes))
                }
            } else {
                object.null()
            }
            object.key("quietHours")
            if let quiet = rule.quietHours {
                object.object { hours in
                    hours.member("from", QuietHours.text(quiet.from))
                    hours.member("to", QuietHours.text(quiet.to))
                    hours.member("zone", quiet.zone)
                }
            } else {
                object.null()
            }
        }
    }
}
