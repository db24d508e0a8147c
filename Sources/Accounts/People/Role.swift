/// What a person may do in the brokerage. The names are those of the API and of the access token.
package enum Role: String, Sendable, CaseIterable, Codable {
    /// Holds everything: settings, keys, alert rules, other owners.
    case owner
    /// Sees every client and every security event; manages people below.
    case admin
    /// Works with the clients that are assigned to or shared with them.
    case agent
    /// Like an agent, from outside: a loan officer who sees shared clients.
    case lender

    /// Whether the role sees all of the brokerage's data rather than its own part.
    package var seesEverything: Bool { self == .owner || self == .admin }

    /// Whether a holder of this role may give `other` to somebody. Nobody grants a role above their own.
    package func mayGrant(_ other: Role) -> Bool {
        switch self {
        case .owner: return true
        case .admin: return other != .owner
        case .agent, .lender: return false
        }
    }
}
