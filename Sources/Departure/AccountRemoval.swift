import Accounts
package import CRM
package import Core
package import Identity
package import SecurityEvents
import Storage

/// Somebody who has left is forgotten: their account is removed, and what the security log says of them is blanked (GDPR Art. 17). The events and their
/// seals stay, and so does what they did in the histories of clients, under an identity that names nobody any more.
package struct AccountRemoval: Sendable {
    private let team: Team
    private let book: ClientBook
    private let erasure: PersonErasure

    package init(team: Team, book: ClientBook, erasure: PersonErasure) {
        self.team = team
        self.book = book
        self.erasure = erasure
    }

    /// What became of it.
    package enum Outcome: Sendable, Hashable {
        /// So many events were blanked.
        case removed(events: Int)
        case notFound
        case forbidden
        case inUse(AccountInUse)
    }

    /// Removes the account. What is not sealed yet of its events is not reached; they are of the last moments before it was switched off.
    package func remove(_ actor: TeamActor, _ id: AccountID, from source: RequestSource) async throws -> Outcome {
        do {
            let outcome = try await team.remove(actor, id, from: source) { [book] sql in
                try !book.concerns(id, in: sql)
            }
            switch outcome {
            case .done: break
            case .notFound: return .notFound
            case .forbidden, .lastOwner: return .forbidden
            }
        } catch let reason as AccountInUse {
            return .inUse(reason)
        }
        return .removed(events: try await erasure.erase(id, from: source))
    }
}
