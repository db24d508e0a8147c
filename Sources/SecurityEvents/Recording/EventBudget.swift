import Core
import Storage

/// How many events of one type are written one by one within ``span``: from one source, and from all sources together. Those above it are
/// only counted, and become one event with a `count` at the end of the span. So a flood by strangers is recorded, and neither buries what
/// else happened nor fills the disk, even if it comes from as many networks as there are in an IPv6 /32.
///
/// The counts lie in the database, so that nodes share them, they survive a crash, and they are kept or lost together with what they count.
/// Every event that is counted costs the same three statements, whoever it is about and whether it is written: so the work tells
/// nobody which addresses have accounts. No decision about a sign-in ever looks here.
package struct EventBudget: Sendable, Hashable {
    /// The budget of all sources is divided among so many rows, each for some of the sources (a sharded counter): with a single row every
    /// refused sign-in of every node would wait for the lock of the one before it.
    package static let shares = 10

    /// How many of one type and source are written one by one.
    package var perSource = 20
    /// How many of one type are written one by one for all sources.
    package var everybody = 1_000
    /// How long a budget lasts.
    package var span: Duration = .minutes(10)

    package init(perSource: Int = 20, everybody: Int = 1_000, span: Duration = .minutes(10)) {
        self.perSource = perSource
        self.everybody = everybody
        self.span = span
    }

    /// Whether `event` counts: strangers can cause it, and it came over the network.
    func covers(_ event: Event) -> Bool { event.type.facts.reach != .insiders && event.source.ip != nil }

    /// Whether `event` is written however many there were.
    private func alwaysWrites(_ event: Event) -> Bool { event.type.facts.reach == .guarded && event.userID != nil }

    /// Whether `event` counts against the budget of all sources. One of somebody who is signed in does not, and is written even if
    /// strangers have used it up.
    private func isOfStranger(_ event: Event) -> Bool { event.sessionID == nil }

    /// When the budget of `moment` ends; the same on every node.
    func end(of moment: Timestamp) -> Timestamp {
        let span = max(span.milliseconds, 1)
        let into = moment.milliseconds % span
        return moment + .milliseconds(span - into)
    }

    /// Whose budget it is: one household or office, however many addresses it has.
    func source(of event: Event) -> String { event.source.ip?.subscriber.description ?? "" }

    /// Counts `event`: for its source, which gets a row of its own only while there is room for everybody, so that the table stays small too;
    /// then for everybody, unless its source has used up its own budget.
    func charges(_ event: Event) -> [SQL] {
        let (own, common) = (Key(self, event), Key(self, event, ofEverybody: true))
        let hasRoom: SQL =
            alwaysWrites(event) || !isOfStranger(event)
            ? "1 = 1"
            : """
            EXISTS (SELECT 1 FROM security_event_budget WHERE \(own.isRow))
                OR NOT EXISTS (SELECT 1 FROM security_event_budget WHERE \(common.isRow) AND total >= \(share))
            """
        let counts: SQL = isOfStranger(event) ? "NOT \(isOverdrawn(own))" : "0 = 1"
        return [
            charge(own, event, upTo: perSource, where: hasRoom), charge(common, event, upTo: share, where: counts),
        ]
    }

    /// A row if `event` may be written, and none if it was folded.
    func permission(_ event: Event) -> SQL {
        if alwaysWrites(event) { return "FROM (SELECT 1 AS one) AS permission" }
        let own = Key(self, event)
        guard isOfStranger(event) else {
            return "FROM security_event_budget WHERE \(own.isRow) AND total <= \(perSource)"
        }
        let common = Key(self, event, ofEverybody: true)
        return """
            FROM security_event_budget WHERE \(common.isRow) AND total <= \(share) AND NOT \(isOverdrawn(own))
            """
    }

    private var share: Int { max(everybody / Self.shares, 1) }

    private func isOverdrawn(_ own: Key) -> SQL {
        "EXISTS (SELECT 1 FROM security_event_budget WHERE \(own.isRow) AND total > \(perSource))"
    }

    private func charge(_ key: Key, _ event: Event, upTo limit: Int, where condition: SQL) -> SQL {
        let isFolded: SQL = alwaysWrites(event) ? "0 = 1" : "security_event_budget.total >= \(limit)"
        return """
            INSERT INTO security_event_budget (ends_at, source, type, total, folded)
            SELECT \(key.endsAt), \(key.source), \(key.type), 1, 0 WHERE \(condition)
            ON CONFLICT (ends_at, source, type) DO UPDATE SET
                total = security_event_budget.total + 1,
                folded = security_event_budget.folded + CASE WHEN \(isFolded) THEN 1 ELSE 0 END,
                first_folded_at = CASE WHEN \(isFolded) AND security_event_budget.folded = 0 THEN \(event.at)
                    ELSE security_event_budget.first_folded_at END,
                last_folded_at = CASE WHEN \(isFolded) THEN \(event.at) ELSE security_event_budget.last_folded_at END
            """
    }
}

extension EventBudget {
    /// What the source of a share of everybody's budget begins with, which no address does.
    static let everybodyMark = "*"

    /// Which row a count is kept in.
    struct Key: Sendable, Hashable {
        let endsAt: Timestamp
        let source: String
        let type: String

        init(_ budget: EventBudget, _ event: Event, ofEverybody: Bool = false) {
            endsAt = budget.end(of: event.at)
            source =
                ofEverybody
                ? EventBudget.everybodyMark + String(EventBudget.share(of: event)) : budget.source(of: event)
            type = event.type.rawValue
        }

        var isRow: SQL { "ends_at = \(endsAt) AND source = \(source) AND type = \(type)" }
    }

    /// Which share the source of `event` is counted in: the same on every node (FNV-1a).
    private static func share(of event: Event) -> Int {
        let bytes = event.source.ip?.subscriber.bytes ?? []
        let hash = bytes.reduce(UInt32(2_166_136_261)) { hash, byte in (hash ^ UInt32(byte)) &* 16_777_619 }
        return Int(hash % UInt32(shares))
    }
}
