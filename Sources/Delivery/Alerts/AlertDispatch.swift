package import Accounts
package import Core
package import SecurityEvents
package import Storage

/// Turns the alerts that were written with their events into messages, one for each channel and recipient, and what was
/// folded into digests.
///
/// All of it happens in one transaction of the database: an alert is told to everybody or still waits, whenever the process
/// dies. Of several nodes one is at work at a time.
package struct AlertDispatch: Sendable {
    private static let batch = 50

    private let database: any Database
    private let world: World
    private let rules: AlertRuleBook
    private let geography: PlaceDatabase
    private let mailbox: Mailbox
    private let textbox: Textbox
    private let seal: OutboxSeal
    private let places: AlertPlaces

    /// Tells by `rules`, through `mailbox`, `textbox` and the outbox behind `seal`; `geography` says where an address is.
    package init(
        database: any Database, world: World, rules: AlertRuleBook, geography: PlaceDatabase, mailbox: Mailbox,
        textbox: Textbox, seal: OutboxSeal, places: AlertPlaces
    ) {
        self.database = database
        self.world = world
        self.rules = rules
        self.geography = geography
        self.mailbox = mailbox
        self.textbox = textbox
        self.seal = seal
        self.places = places
    }

    /// What became of one channel of an alert.
    package enum Outcome: Sendable, Hashable {
        /// So many messages wait to be sent.
        case posted(Int)
        /// The channel has not been set up, or has nobody to go to.
        case off
    }

    /// Tells what waits, and returns how many alerts that were.
    package func dispatchDue() async throws -> Int {
        let now = world.now()
        let waits = try await Outbox.hasWaiting(AlertFollower.outboxKind, at: now, in: database)
        let isDue = try await AlertFolds.hasDue(at: now, in: database)
        guard waits || isDue else { return 0 }
        return try await database.transaction { sql in
            let folds = AlertFolds(window: places.digestWindow)
            try folds.takeTurn(at: now, in: sql)
            for digest in try folds.digests(at: now, in: sql) { try tell(digest, in: sql) }
            let items = try Outbox.waiting(Self.batch, of: AlertFollower.outboxKind, at: now, in: sql)
            for item in items {
                try tell(item, at: now, folds, in: sql)
                try Outbox.settle(item.id, at: now, in: sql)
            }
            return items.count
        }
    }

    /// Has a rule tried, whether or not it is on: posts an alert that says it is a trial, and writes no event. What each
    /// channel of the rule comes to, and the identity by which its messages are found in the outbox.
    package func rehearse(_ type: EventType) async throws -> [AlertChannel: Outcome] {
        return try await database.transaction { sql in
            let id: EventID = world.identifier()
            let notice = AlertNotice(rehearsing: type, id: id, at: world.now(), link: link)
            return try post(notice, under: rule(type, in: sql), cause: "rehearsal:\(id)", in: sql)
        }
    }

    private var link: String { "\(places.publicURL)/v1/security/events" }

    private func rule(_ type: EventType, in sql: any SQLSession) throws -> AlertRule {
        try AlertRuleTable.rule(for: type, in: sql) ?? rules.standardRule(for: type)
    }

    /// The rule by which an event of `type` is told; `nil` when it is told to nobody. A rule that is off is returned without its channels if the
    /// event goes to Sentry all the same.
    private func ruleToTell(_ type: EventType, in sql: any SQLSession) throws -> AlertRule? {
        var rule = try rule(type, in: sql)
        if rule.isEnabled { return rule }
        guard places.reportsToSentry, type.severity == .critical else { return nil }
        (rule.channels, rule.threshold) = ([], nil)
        return rule
    }

    private func tell(_ item: OutboxItem, at now: Timestamp, _ folds: AlertFolds, in sql: any SQLSession) throws {
        guard let id = AlertFollower.event(of: item), let event = try EventLog.event(id, in: sql),
            let type = EventType(rawValue: event.type)
        else { return }
        guard let rule = try ruleToTell(type, in: sql) else { return }
        if let threshold = rule.threshold, try !EventLog.reaches(threshold, event, in: sql) { return }
        guard try folds.isToldAtOnce(event, under: rule, at: now, in: sql) else { return }
        _ = try post(event, count: 1, under: rule, cause: "alert:\(event.id)", in: sql)
    }

    private func tell(_ digest: AlertFolds.Digest, in sql: any SQLSession) throws {
        guard let type = EventType(rawValue: digest.type), let event = try EventLog.event(digest.lastEvent, in: sql)
        else { return }
        guard let rule = try ruleToTell(type, in: sql) else { return }
        _ = try post(event, count: digest.count, under: rule, cause: digest.cause, in: sql)
    }

    private func post(
        _ event: RecordedEvent, count: Int, under rule: AlertRule, cause: String, in sql: any SQLSession
    ) throws -> [AlertChannel: Outcome] {
        var notice = AlertNotice(event, count: count, link: link)
        notice.place = event.ip.flatMap { IPAddress($0) }.flatMap(geography.place)?.description
        if let id = event.userID, let account = try AccountTable.account(id, in: sql) {
            notice.person = "\(account.firstName) \(account.lastName) <\(account.email.shown)>"
        }
        if places.reportsToSentry, event.severity == .critical {
            try seal.post(
                notice.bytes, kind: SentrySender.outboxKind, cause: "\(cause):sentry", subject: notice.type, in: sql)
        }
        return try post(notice, under: rule, cause: cause, in: sql)
    }

    private func post(
        _ notice: AlertNotice, under rule: AlertRule, cause: String, in sql: any SQLSession
    ) throws -> [AlertChannel: Outcome] {
        var outcomes: [AlertChannel: Outcome] = [:]
        for channel in rule.channels {
            let count = try post(notice, on: channel, under: rule, cause: "\(cause):\(channel.rawValue)", in: sql)
            outcomes[channel] = count == 0 ? .off : .posted(count)
        }
        return outcomes
    }

    /// How many messages were posted.
    private func post(
        _ notice: AlertNotice, on channel: AlertChannel, under rule: AlertRule, cause: String, in sql: any SQLSession
    ) throws -> Int {
        switch channel {
        case .mail:
            guard mailbox.isEnabled else { return 0 }
            let recipients = try mailRecipients(rule, in: sql)
            for (address, name) in recipients {
                try mailbox.post(
                    notice.mail(to: address, name: name), cause: "\(cause):\(address.text)", in: sql)
            }
            return recipients.count
        case .sms:
            guard textbox.isEnabled else { return 0 }
            let given = rule.recipients.compactMap { PhoneNumber($0) }
            let numbers = given.isEmpty ? places.phones : given
            for number in numbers {
                let sms = OutgoingSMS(to: number, body: String(notice.shortText.prefix(300)))
                try textbox.post(sms, cause: "\(cause):\(number.text)", subject: "alert", in: sql)
            }
            return numbers.count
        case .slack, .webhook:
            guard (channel == .slack ? places.slack : places.webhook) != nil else { return 0 }
            try seal.post(notice.bytes, kind: channel.rawValue, cause: cause, subject: notice.type, in: sql)
            return 1
        }
    }

    private func mailRecipients(
        _ rule: AlertRule, in sql: any SQLSession
    ) throws -> [(address: EmailAddress, name: String)] {
        let given = rule.recipients.compactMap { EmailAddress($0) }
        let addresses = given.isEmpty ? places.mail : given
        if !addresses.isEmpty { return addresses.map { ($0, "") } }
        return try AccountTable.activeOwners(in: sql).map { ($0.email, "\($0.firstName) \($0.lastName)") }
    }
}

extension AlertNotice {
    /// The alert as a mail.
    fileprivate func mail(to address: EmailAddress, name: String) -> OutgoingMail {
        var values = ["type": type, "summary": summary, "at": at, "severity": severity]
        values["person"] = person
        values["ip"] = ip
        values["place"] = place
        values["device"] = device
        if count > 1 { values["count"] = String(count) }
        return OutgoingMail(.alert, to: address, name: name, values: values)
    }
}
