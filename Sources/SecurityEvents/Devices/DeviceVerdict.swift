/// Whether the browser of a sign-in is one that this person has used before.
package enum DeviceVerdict: String, Sendable, Hashable, CaseIterable {
    /// Its cookie and its traits belong together.
    case recognised
    /// Its cookie is ours and for this person, but from before devices were kept: it is learnt without a word.
    case adopted
    /// It carries no cookie of ours for this person.
    case unknown
    /// It carries the cookie of another kind of browser: a copy, or a browser that changed its ways.
    case mismatched
    /// The first sign-in of all: there is nothing to compare it with.
    case first

    /// Whether the person is to be told.
    package var isNew: Bool {
        switch self {
        case .recognised, .adopted, .first: false
        case .unknown, .mismatched: true
        }
    }
}

/// What to do about a sign-in from a device that is new: `DEVICE_MISMATCH_ACTION`.
package enum DeviceMismatchAction: String, Sendable, CaseIterable {
    /// Let it in and tell.
    case alert
    /// Ask for more proof: a second factor, or a mailed code.
    case challenge
    /// Refuse it.
    case block
}
