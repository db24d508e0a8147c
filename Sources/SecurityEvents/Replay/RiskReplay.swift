package import Core

/// Plays the recorded sign-ins through the judgement of the live ones, to see what it would have asked for: false alarms
/// are found before anybody suffers them.
///
/// The recorded sign-ins were let in, so nearly all of them are their owners': a challenge here is a false alarm, unless
/// the operator knows better. What the log does not hold does not count: whether a password was breached, for events
/// from before it was noted.
package struct RiskReplay: Sendable {
    /// How many examples the report gives, those with the most points first.
    private static let examples = 10
    /// As long ago failures count, like the standard window of the lockout.
    private static let failureWindow: Duration = .minutes(30)

    private struct Person {
        var habit = SignInHabit()
        var hasSignedIn = false
        var failures: [Timestamp] = []
    }

    private let policy: DetectionPolicy
    private let addresses: AddressBook
    private let start: Timestamp
    private var people: [AccountID: Person] = [:]

    /// What came out so far.
    package private(set) var report: RiskReplayReport

    /// A replay under `policy` that counts what happened from `start` on. What came before is learnt from and not counted.
    package init(policy: DetectionPolicy, addresses: AddressBook, countingFrom start: Timestamp) {
        self.policy = policy
        self.addresses = addresses
        self.start = start
        report = RiskReplayReport(threshold: policy.challengeAt)
    }

    /// The types of events that it wants to be shown, in the order in which they happened.
    package static let types: [EventType] = [.loginSuccess, .loginFailed]

    /// Takes the next event. One of another type, or about nobody, is left out.
    package mutating func take(_ event: RecordedEvent) {
        guard let account = event.userID else { return }
        var person = people[account] ?? Person()
        defer { people[account] = person }
        person.failures.removeAll { $0 + Self.failureWindow <= event.at }
        switch EventType(rawValue: event.type) {
        case .loginFailed: person.failures.append(event.at)
        case .loginSuccess: judge(event, account, &person)
        default: break
        }
    }

    private mutating func judge(_ event: RecordedEvent, _ account: AccountID, _ person: inout Person) {
        let ip = event.ip.flatMap { IPAddress($0) }
        let detail = event.detail
        let facts = SignInFacts(
            device: Self.device(detail, isFirst: !person.hasSignedIn), habit: person.habit,
            place: addresses.place(of: ip, at: event.at, policy.geo),
            isListedNetwork: addresses.suspectNetwork(of: ip, policy.geo) != nil,
            recentFailures: person.failures.count, passwordIsBreached: detail["passwordIsBreached"] == "true",
            at: event.at)
        let judgement = SignInJudgement(facts, policy)
        if event.at >= start {
            report.count(
                RiskReplayReport.Example(
                    account: account, at: event.at, ip: event.ip,
                    device: DeviceName(userAgent: event.userAgent).description, score: judgement.score,
                    journey: judgement.anomaly?.text), keeping: Self.examples)
        }
        person.habit = judgement.habit
        person.hasSignedIn = true
        // A success forgives what came before, as the lockout does.
        person.failures = []
    }

    /// The verdict that was recorded; from before there was one, whether a device cookie vouched for the browser.
    private static func device(_ detail: [String: String], isFirst: Bool) -> DeviceVerdict {
        if isFirst { return .first }
        if let verdict = detail["deviceVerdict"].flatMap(DeviceVerdict.init) { return verdict }
        return detail["knownDevice"] == "false" ? .unknown : .recognised
    }
}
