package import Core
package import Storage

/// The rules that an owner has changed; for the others ``AlertRule/standard`` holds.
package enum AlertRuleTable {
    private static let columns: SQL = """
        type, enabled, channels, recipients, threshold_count, threshold_minutes, quiet_from, quiet_to, quiet_zone
        """

    /// Every changed rule. One of a type that this program no longer knows is left out.
    static func all(in database: any Database) async throws -> [AlertRule] {
        try await database.rows("SELECT \(columns) FROM alert_rule").compactMap(rule)
    }

    /// The changed rule for `type`, if there is one.
    package static func rule(for type: EventType, in sql: any SQLSession) throws -> AlertRule? {
        try sql.row("SELECT \(columns) FROM alert_rule WHERE type = \(type.rawValue)").flatMap(rule)
    }

    /// Puts `rule` in place of the one for its type.
    package static func save(_ rule: AlertRule, at now: Timestamp, in sql: any SQLSession) throws {
        let channels = rule.channels.map(\.rawValue).sorted().joined(separator: ",")
        try sql.run("DELETE FROM alert_rule WHERE type = \(rule.type.rawValue)")
        try sql.run(
            """
            INSERT INTO alert_rule (\(columns), changed_at) VALUES (
                \(rule.type.rawValue), \(rule.isEnabled), \(channels), \(rule.recipients.joined(separator: ",")),
                \(rule.threshold?.count), \(rule.threshold?.minutes), \(rule.quietHours?.from), \(rule.quietHours?.to),
                \(rule.quietHours?.zone), \(now))
            """)
    }

    private static func rule(_ row: Row) throws -> AlertRule? {
        guard let type = EventType(rawValue: try row.get("type")) else { return nil }
        let channels: String = try row.get("channels")
        let recipients: String = try row.get("recipients")
        var rule = AlertRule(
            type, isEnabled: try row.get("enabled"),
            channels: Set(channels.split(separator: ",").compactMap { AlertChannel(rawValue: String($0)) }),
            recipients: recipients.split(separator: ",").map(String.init))
        if let count: Int = try row.optional("threshold_count"),
            let minutes: Int = try row.optional("threshold_minutes")
        {
            rule.threshold = AlertThreshold(count: count, minutes: minutes)
        }
        if let from: Int = try row.optional("quiet_from"), let to: Int = try row.optional("quiet_to"),
            let zone: String = try row.optional("quiet_zone")
        {
            rule.quietHours = QuietHours(from: from, to: to, zone: zone)
        }
        return rule
    }
}
