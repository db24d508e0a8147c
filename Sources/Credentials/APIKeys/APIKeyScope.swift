package import Accounts

/// What an API key may do. Whatever is not named here no key may do: see `Route.keyScope`.
package enum APIKeyScope: String, Sendable, CaseIterable {
    /// Lists and shows clients.
    case clientsRead = "clients:read"
    /// Makes and changes clients; the answer shows the client that was written.
    case clientsWrite = "clients:write"
    /// Puts clients in the trash. Stands in for the password, which a key cannot show again.
    case clientsDelete = "clients:delete"
    /// Takes clients out as a file. Stands in for the password likewise.
    case clientsExport = "clients:export"
    /// Reads timelines, tasks, appointments, deals and listings.
    case workRead = "work:read"
    /// Writes them.
    case workWrite = "work:write"
    /// Reads the security log and its figures.
    case securityRead = "security:read"

    /// What a key has whose maker asked for nothing.
    package static let standard: Set<APIKeyScope> = [.clientsRead, .clientsWrite]

    /// Whether somebody of `role` may give it to a key. What the key can do is asked again with each request: it never can more than its owner.
    package func isWithin(_ role: Role) -> Bool {
        switch self {
        case .clientsRead, .clientsWrite, .workRead, .workWrite, .securityRead: return true
        case .clientsDelete, .clientsExport: return role != .lender
        }
    }
}
