package import Core
import SecurityEvents

/// Where alerts go: the variables `ALERT_…` and `SLACK_WEBHOOK_URL`.
package struct AlertPlaces: Sendable {
    /// `ALERT_EMAIL`; empty for every active owner, whoever that is when the alert is told.
    package var mail: [EmailAddress] = []
    /// `ALERT_SMS_TO`.
    package var phones: [PhoneNumber] = []
    /// `SLACK_WEBHOOK_URL`: whoever has it can write into the channel.
    package var slack: Secret<String>?
    /// `ALERT_WEBHOOK_URL`.
    package var webhook: Secret<String>?
    /// `ALERT_WEBHOOK_SECRET`.
    package var webhookSecret: Secret<String>?
    /// Whether critical events are reported to Sentry too (`SENTRY_DSN`).
    package var reportsToSentry = false
    /// `ALLOW_PRIVATE_WEBHOOKS`.
    package var allowsPrivate = false
    /// `ALERT_DIGEST_MINUTES`.
    package var digestWindow = AlertFolds.standardWindow
    /// `PUBLIC_URL`.
    package var publicURL = ""

    package init() {}
}
