package import Core

/// Marks identities of what changes come from: keys, imports, bulk changes, merges.
package enum ChangeOriginEntity {}

/// How a change of a client came about, beside who made it.
package struct ChangeOrigin: Sendable, Hashable {
    /// The ways; the raw value is what the history shows.
    package enum Way: String, Sendable, CaseIterable {
        /// By hand, in a session.
        case person
        /// By a program, with an API key.
        case apiKey = "api_key"
        case importing = "import"
        case bulk
        case merge
        /// Somebody left, and a colleague took over.
        case handOver = "hand_over"
        /// A step of an action plan.
        case plan
        /// A change was taken back.
        case undo
    }

    package let way: Way
    /// Which key, import, bulk change or merge it was; `nil` where there is none to name.
    package let id: Identifier<ChangeOriginEntity>?

    private init(_ way: Way, _ id: Identifier<ChangeOriginEntity>?) {
        self.way = way
        self.id = id
    }

    /// By hand.
    package static let person = ChangeOrigin(.person, nil)
    /// Somebody left.
    package static let handOver = ChangeOrigin(.handOver, nil)

    /// By what `id` names.
    package static func by<Entity>(_ way: Way, _ id: Identifier<Entity>) -> ChangeOrigin {
        ChangeOrigin(way, Identifier(high: id.high, low: id.low))
    }
}
