import Core
import Delivery
import SecurityEvents

/// What is told to whom when something happens.
package struct AlertSettings: Sendable {
    /// Where alerts go.
    let places: AlertPlaces
    /// The rules that hold unless an owner changes them.
    let rules: [AlertRule]
    /// What signs the webhook.
    let signer: WebhookSigner?
    /// `SENTRY_DSN`, when it is one.
    let sentry: SentryDSN?
    /// `SENTRY_ENVIRONMENT`.
    let sentryEnvironment: String
    /// `SENTRY_SAMPLE_RATE`.
    let sentrySampleRate: Double
    /// Which channels are off, and for want of what: said at start and by `gatehouse doctor`.
    package let silentChannels: [String]

    init(_ reader: inout SettingsReader, publicURL: String, sendsMail: Bool, sendsSMS: Bool) {
        reader.section("Alerts")
        rules = Self.rules(&reader)
        var places = AlertPlaces()
        places.publicURL = publicURL
        let mail = reader.list(
            "ALERT_EMAIL", "Who gets alerts by mail, by commas; every active owner by default.")
        places.mail = mail.compactMap { EmailAddress($0) }
        if places.mail.count != mail.count { reader.refuse("ALERT_EMAIL", "must be mail addresses, by commas.") }
        let phones = reader.list("ALERT_SMS_TO", "Numbers that get alerts by SMS, such as +15005550006, by commas.")
        places.phones = phones.compactMap { PhoneNumber($0) }
        if places.phones.count != phones.count {
            reader.refuse("ALERT_SMS_TO", "must be numbers with a + and their country code, by commas.")
        }
        places.slack = reader.secret("SLACK_WEBHOOK_URL", "The incoming webhook of the Slack channel that gets alerts.")
        places.webhook = reader.secret(
            "ALERT_WEBHOOK_URL", "A server that gets alerts as JSON, with the headers of Standard Webhooks.")
        places.webhookSecret = reader.secret(
            "ALERT_WEBHOOK_SECRET", "Signs those: whsec_ and base64, or a text of 24 characters or more.")
        places.digestWindow = .minutes(
            reader.integer(
                "ALERT_DIGEST_MINUTES", default: 15, in: 0...1440,
                "After an alert, more of its kind are counted for so long and told together; 0 to tell each by itself.")
        )
        places.allowsPrivate = reader.flag(
            "ALLOW_PRIVATE_WEBHOOKS", default: false,
            "Whether webhooks may lead into private networks, and over http:// to this machine: for tests and intranets."
        )
        for (name, url) in [("SLACK_WEBHOOK_URL", places.slack), ("ALERT_WEBHOOK_URL", places.webhook)] {
            guard let url else { continue }
            let isSafe = url.exposed.hasPrefix("https://") || (places.allowsPrivate && url.exposed.hasPrefix("http://"))
            if !isSafe || !GuardedPost.isAddress(url.exposed) {
                reader.refuse(name, "must be an https:// address.")
            }
        }
        signer = places.webhookSecret.flatMap { WebhookSigner($0) }
        if places.webhookSecret != nil, signer == nil {
            reader.refuse("ALERT_WEBHOOK_SECRET", "must be whsec_ and base64, or a text, of 24 bytes or more.")
        }
        let dsn = reader.secret(
            "SENTRY_DSN",
            "The project of Sentry that is told of faults and critical events, without addresses and bodies.")
        sentry = dsn.flatMap { SentryDSN($0.exposed) }
        sentryEnvironment =
            reader.text("SENTRY_ENVIRONMENT", default: "production", "As what they are reported.") ?? "production"
        let rate = reader.text("SENTRY_SAMPLE_RATE", default: "1", "Which share of the faults is reported, 0 to 1.")
        let share = rate.flatMap { Double($0) } ?? -1
        if !(0...1).contains(share) { reader.refuse("SENTRY_SAMPLE_RATE", "must be a number from 0 to 1.") }
        sentrySampleRate = (0...1).contains(share) ? share : 1
        places.reportsToSentry = sentry != nil
        self.places = places
        silentChannels = [
            sendsMail ? nil : "Alerts by mail are off: MAIL_URL is not set.",
            sendsSMS ? nil : "Alerts by SMS are off: the TWILIO_ variables are not set.",
            sendsSMS && places.phones.isEmpty ? "Alerts by SMS are off: ALERT_SMS_TO is not set." : nil,
            places.slack != nil ? nil : "Alerts to Slack are off: SLACK_WEBHOOK_URL is not set.",
            places.webhook != nil ? nil : "Alerts to a webhook are off: ALERT_WEBHOOK_URL is not set.",
            places.webhook != nil && signer == nil
                ? "Alerts to the webhook are not signed: ALERT_WEBHOOK_SECRET is not set." : nil,
            dsn == nil ? "Nothing is reported to Sentry: SENTRY_DSN is not set." : nil,
            dsn != nil && sentry == nil
                ? "Nothing is reported to Sentry: SENTRY_DSN is no address such as https://KEY@HOST/PROJECT." : nil,
        ].compactMap(\.self)
    }

    /// The standard rules, but for those that a switch turns off.
    private static func rules(_ reader: inout SettingsReader) -> [AlertRule] {
        let switches: [(EventType, String, String)] = [
            (.accountLocked, "ALERT_ON_ACCOUNT_LOCKOUT", "Alert when an account is locked."),
            (.multipleFailedLogins, "ALERT_ON_MULTIPLE_FAILED_LOGINS", "Alert on repeated failures."),
            (.geoAnomalyDetected, "ALERT_ON_GEO_ANOMALY", "Alert on unusual places."),
            (.tokenTheftDetected, "ALERT_ON_TOKEN_THEFT_DETECTION", "Alert on token theft."),
        ]
        var off: Set<EventType> = []
        for (type, name, summary) in switches where !reader.flag(name, default: true, summary) { off.insert(type) }
        return AlertRule.standard.map { rule in
            var rule = rule
            if off.contains(rule.type) { rule.isEnabled = false }
            return rule
        }
    }
}
