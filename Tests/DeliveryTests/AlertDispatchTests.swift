import Accounts
import Core
import Delivery
import Identity
import SecurityEvents
import Storage
import TestSupport
import Testing

@Suite struct `alerts` {
    private func with(
        _ kind: DatabaseKind, rules: [AlertRule] = AlertRule.standard,
        _ body: @escaping @Sendable (AlertFixture) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in
            try await body(try await AlertFixture.open(database, TestWorld(), rules: rules))
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are there if and only if their event is`(kind: DatabaseKind) async throws {
        struct Change: Error {}
        try await with(kind) { fixture in
            let (recorder, event) = (
                fixture.gate.recorder, Event(.tokenTheftDetected, in: fixture.time.world, from: AlertFixture.source)
            )
            await #expect(throws: Change.self) {
                try await fixture.database.transaction { sql in
                    try recorder.record(event, in: sql)
                    throw Change()
                }
            }
            #expect(try await fixture.items("alert").isEmpty)
            try await fixture.happen(.tokenTheftDetected)
            #expect(try await fixture.items("alert").count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a batch are there if its event was written`(kind: DatabaseKind) async throws {
        try await with(kind) { fixture in
            let cause = try await fixture.happen(.loginSuccess)
            for happens in [true, false] {
                let event = Event(.accountLocked, in: fixture.time.world, from: AlertFixture.source)
                let statements = fixture.gate.recorder.statements(
                    event, from: "security_event", where: "id = \(happens ? cause : event.id)")
                #expect(statements.count == 2)
                try await fixture.database.transaction { sql in for statement in statements { try sql.run(statement) } }
            }
            #expect(try await fixture.items("alert").count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `cost nothing where there is no rule`(kind: DatabaseKind) async throws {
        try await with(kind) { fixture in
            try await fixture.happen(.loginSuccess)
            #expect(try await fixture.items("alert").isEmpty)
            let event = Event(.loginSuccess, in: fixture.time.world, from: AlertFixture.source)
            #expect(fixture.gate.recorder.statements(event, from: "account", where: "id IS NULL").count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `go to every channel of their rule that is set up, once`(kind: DatabaseKind) async throws {
        try await with(kind) { fixture in
            try await fixture.happen(.tokenTheftDetected)
            let dispatch = fixture.dispatch(slack: "https://hooks.example.com/x")
            #expect(try await dispatch.dispatchDue() == 1)
            #expect(try await dispatch.dispatchDue() == 0)
            #expect(try await fixture.items("slack").count == 1)
            #expect(try await fixture.items("sms").count == 1)
            #expect(try await fixture.items("webhook").isEmpty)
            let mail = try #require(try await fixture.mails().first)
            #expect(mail.kind == .alert && mail.address == "watch@example.com")
            #expect(mail.values["type"] == "token_theft_detected" && mail.values["ip"] == "192.0.2.7")
            #expect(try await fixture.mails().count == 1)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are told once by two nodes at the same time`(kind: DatabaseKind) async throws {
        try await with(kind) { fixture in
            for _ in 0..<20 { try await fixture.happen(.tokenTheftDetected, user: fixture.stranger()) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try await fixture.dispatch().dispatchDue() } }
                try await group.waitForAll()
            }
            // Five windows, and the fifteen others in one digest.
            #expect(try await fixture.mails().count == 5)
            fixture.time.advance(by: AlertFolds.standardWindow)
            _ = try await fixture.dispatch().dispatchDue()
            #expect(try await fixture.mails().compactMap { $0.values["count"] } == ["15"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `of a storm are one alert and a digest with the count`(kind: DatabaseKind) async throws {
        try await with(kind) { fixture in
            let person = fixture.stranger()
            let dispatch = fixture.dispatch()
            for _ in 0..<120 { try await fixture.happen(.accountLocked, user: person) }
            while try await dispatch.dispatchDue() > 0 {}
            #expect(try await fixture.mails().count == 1)
            fixture.time.advance(by: AlertFolds.standardWindow)
            _ = try await dispatch.dispatchDue()
            #expect(try await fixture.mails().compactMap { $0.values["count"] } == ["119"])
            // The storm is over: nothing more is said of it, and the next lock is told at once.
            fixture.time.advance(by: AlertFolds.standardWindow)
            _ = try await dispatch.dispatchDue()
            #expect(try await fixture.mails().count == 2)
            try await fixture.happen(.accountLocked, user: person)
            _ = try await dispatch.dispatchDue()
            #expect(try await fixture.mails().count == 3)
        }
    }

    /// A thief who locks a hundred accounts must not hide what happens to one.
    @Test(arguments: DatabaseKind.available)
    func `about one person are not hidden by those about another`(kind: DatabaseKind) async throws {
        try await with(kind) { fixture in
            let (ana, ben) = (fixture.stranger(), fixture.stranger())
            for _ in 0..<10 { try await fixture.happen(.tokenTheftDetected, user: ana) }
            try await fixture.happen(.tokenTheftDetected, user: ben)
            _ = try await fixture.dispatch().dispatchDue()
            #expect(try await fixture.mails().count == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `wait for the end of quiet hours, unless they are critical`(kind: DatabaseKind) async throws {
        // The test world begins at noon, UTC.
        let quiet = QuietHours(from: "11:00", to: "13:30", zone: "UTC")
        let rules = [
            AlertRule(.newDeviceLogin, channels: [.mail], quietHours: quiet),
            AlertRule(.tokenTheftDetected, channels: [.mail], quietHours: quiet),
        ]
        try await with(kind, rules: rules) { fixture in
            let dispatch = fixture.dispatch()
            try await fixture.happen(.newDeviceLogin)
            try await fixture.happen(.tokenTheftDetected)
            _ = try await dispatch.dispatchDue()
            #expect(try await fixture.mails().map { $0.values["type"] } == ["token_theft_detected"])
            fixture.time.advance(by: .minutes(89))
            _ = try await dispatch.dispatchDue()
            #expect(try await fixture.mails().count == 1)
            fixture.time.advance(by: .minutes(1))
            _ = try await dispatch.dispatchDue()
            #expect(
                try await fixture.mails().map { $0.values["type"] } == ["token_theft_detected", "new_device_login"])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `wait for as many events as the rule says`(kind: DatabaseKind) async throws {
        let rules = [
            AlertRule(.mfaFailed, channels: [.mail], threshold: AlertThreshold(count: 3, minutes: 10))
        ]
        try await with(kind, rules: rules) { fixture in
            let dispatch = fixture.dispatch()
            for _ in 0..<2 { try await fixture.happen(.mfaFailed) }
            fixture.time.advance(by: .minutes(11))
            for expected in [0, 0, 1] {
                try await fixture.happen(.mfaFailed)
                _ = try await dispatch.dispatchDue()
                #expect(try await fixture.mails().count == expected)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `follow the rule in the table, which the book may not know yet`(kind: DatabaseKind) async throws {
        try await with(kind) { fixture in
            try await fixture.happen(.tokenTheftDetected)
            let off = AlertRule(.tokenTheftDetected, isEnabled: false, channels: [.mail])
            let now = fixture.time.world.now()
            try await fixture.database.transaction { sql in try AlertRuleTable.save(off, at: now, in: sql) }
            _ = try await fixture.dispatch().dispatchDue()
            #expect(try await fixture.mails().isEmpty)
            try await fixture.gate.alertRules.reload(from: fixture.database)
            #expect(fixture.gate.alertRules.rule(for: .tokenTheftDetected) == off)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `keep every part of a rule`(kind: DatabaseKind) async throws {
        let rule = AlertRule(
            .mfaFailed, channels: [.mail, .sms], recipients: ["a@example.com", "+15005550006"],
            threshold: AlertThreshold(count: 3, minutes: 10),
            quietHours: QuietHours(from: "22:00", to: "06:30", zone: "UTC"))
        try await with(kind) { fixture in
            let now = fixture.time.world.now()
            for _ in 0..<2 {
                try await fixture.database.transaction { sql in try AlertRuleTable.save(rule, at: now, in: sql) }
            }
            try await fixture.gate.alertRules.reload(from: fixture.database)
            #expect(fixture.gate.alertRules.rule(for: .mfaFailed) == rule)
            for _ in 0..<3 { try await fixture.happen(.mfaFailed) }
            _ = try await fixture.dispatch().dispatchDue()
            #expect(try await fixture.mails().isEmpty == false)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `can be tried, and write no event`(kind: DatabaseKind) async throws {
        try await with(kind) { fixture in
            let outcomes = try await fixture.dispatch().rehearse(.auditTampering)
            #expect(outcomes == [.mail: .posted(1), .sms: .posted(1), .slack: .off, .webhook: .off])
            #expect(try await fixture.items("alert").isEmpty)
            #expect(try await fixture.mails().first?.values["summary"]?.contains("trial") == true)
        }
    }
}
