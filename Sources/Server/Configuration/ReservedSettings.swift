import Core

/// The variables of features that come later: read and checked now, so that a complete `.env` is accepted and a mistake in it is found,
/// and named at start when they are set, so that nobody believes a protection is on that is not there.
enum ReservedSettings {
    static func read(_ reader: inout SettingsReader) {
        reader.section("Later releases")
        let flags = [
            ("ALERT_ON_ACCOUNT_LOCKOUT", true, "Alert when an account is locked."),
            ("ALERT_ON_MULTIPLE_FAILED_LOGINS", true, "Alert on repeated failures."),
            ("ALERT_ON_GEO_ANOMALY", true, "Alert on unusual places."),
            ("ALERT_ON_TOKEN_THEFT_DETECTION", true, "Alert on token theft."),
        ]
        for (name, standard, summary) in flags {
            _ = reader.flag(name, default: standard, summary)
            reader.reserve()
        }
        _ = reader.integer(
            "SECURITY_LOG_RETENTION_DAYS", default: 90, in: 1...3_650, "How long security events are kept.")
        reader.reserve()
        _ = reader.secret("SENTRY_DSN", "Where errors are reported.")
        reader.reserve()
        _ = reader.text("SENTRY_ENVIRONMENT", default: "production", "As what they are reported.")
        reader.reserve()
    }
}
