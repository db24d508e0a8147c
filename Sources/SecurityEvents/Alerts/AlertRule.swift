/// A way by which an alert reaches people.
package enum AlertChannel: String, Sendable, CaseIterable {
    /// `MAIL_URL`, to `ALERT_EMAIL` or every owner.
    case mail
    /// `SLACK_WEBHOOK_URL`.
    case slack
    /// The variables `TWILIO_…`, to `ALERT_SMS_TO`.
    case sms
    /// `ALERT_WEBHOOK_URL`.
    case webhook
}

/// How many events of the type within how many minutes are worth an alert.
package struct AlertThreshold: Sendable, Hashable {
    package let count: Int
    package let minutes: Int

    /// `nil` unless there are 2 to 10,000 events within 1 minute to a day.
    package init?(count: Int, minutes: Int) {
        guard (2...10_000).contains(count), (1...1440).contains(minutes) else { return nil }
        self.count = count
        self.minutes = minutes
    }
}

/// Which events of one type are told to whom, and by what.
package struct AlertRule: Sendable, Hashable {
    package let type: EventType
    package var isEnabled: Bool
    package var channels: Set<AlertChannel>
    /// Mail addresses, and numbers that begin with `+`, in place of those of the variables; empty for those.
    package var recipients: [String]
    package var threshold: AlertThreshold?
    /// When nobody is to be disturbed. A `critical` event disturbs all the same.
    package var quietHours: QuietHours?

    package init(
        _ type: EventType, isEnabled: Bool = true, channels: Set<AlertChannel>, recipients: [String] = [],
        threshold: AlertThreshold? = nil, quietHours: QuietHours? = nil
    ) {
        self.type = type
        self.isEnabled = isEnabled
        self.channels = channels
        self.recipients = recipients
        self.threshold = threshold
        self.quietHours = quietHours
    }

    /// The rules that hold unless an owner changes them.
    package static var standard: [AlertRule] {
        [
            AlertRule(.accountLocked, channels: [.mail, .webhook]),
            AlertRule(.tokenTheftDetected, channels: [.mail, .slack, .sms, .webhook]),
            AlertRule(.geoAnomalyDetected, channels: [.mail, .slack, .webhook]),
            AlertRule(.multipleFailedLogins, channels: [.mail, .webhook]),
            AlertRule(.dataExportLarge, channels: [.mail, .slack, .webhook]),
            AlertRule(.notMeReported, channels: [.mail, .slack, .webhook]),
            AlertRule(.passkeyCloneSuspected, channels: [.mail, .slack, .webhook]),
            AlertRule(.mfaRecoveryStarted, channels: [.mail, .slack, .webhook]),
            AlertRule(.auditTampering, channels: Set(AlertChannel.allCases)),
        ]
    }
}
