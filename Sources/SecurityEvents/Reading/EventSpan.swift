import Core
import Storage

/// The events from one moment up to, and without, another.
///
/// There is no index by moment and need be none: an identity begins with the moment at which it was made, which is that of the event but for a
/// breath. So the identities bound the search, and the moments decide.
struct EventSpan: Sendable {
    /// How far the two may be apart.
    private static let slack: Duration = .minutes(1)

    let from: Timestamp?
    let to: Timestamp?

    /// Conditions on the columns of `security_event`.
    var conditions: [SQL] {
        var conditions: [SQL] = []
        if let from { conditions += ["at >= \(from)", "id >= \(Self.identity(at: from - Self.slack))"] }
        if let to { conditions += ["at < \(to)", "id < \(Self.identity(at: to + Self.slack))"] }
        return conditions
    }

    /// Identities hold 48 bits of the moment; what lies outside is taken for the nearest inside.
    private static func identity(at moment: Timestamp) -> EventID {
        EventID(at: Timestamp(milliseconds: min(max(moment.milliseconds, 0), 0xFFFF_FFFF_FFFF)), random: [])
    }
}
