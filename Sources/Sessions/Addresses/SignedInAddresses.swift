import Accounts
package import Core
package import Storage
import Synchronization

/// The addresses of people who are signed in, for whoever asks with each request (`GET /v1/auth/verify`): no query but the first.
///
/// Everything else that such an answer tells stands in the access token, because a change of it ends the session. A change of address does
/// not, so it is forgotten here: at once on this node, within milliseconds on the others, and after ``life`` if a message was lost.
package final class SignedInAddresses: Sendable {
    /// How long an address counts without being read again.
    package static let life: Duration = .seconds(60)
    /// Past so many people all are forgotten: a cache must not grow with the number of users.
    private static let most = 20_000

    private struct Known {
        var addresses: [AccountID: (address: EmailAddress, until: Timestamp)] = [:]
        /// Counts what was forgotten, so that an address that was read before is not kept after.
        var changes = 0
    }

    private let database: any Database
    private let world: World
    private let known = Mutex(Known())

    package init(database: any Database, world: World) {
        self.database = database
        self.world = world
    }

    /// The address of `account`; `nil` when there is no such account.
    package func address(of account: AccountID) async throws -> EmailAddress? {
        let now = world.now()
        let (found, changes) = known.withLock { ($0.addresses[account], $0.changes) }
        if let found, found.until > now { return found.address }
        guard let address = try await AccountTable.account(account, in: database)?.email else { return nil }
        known.withLock { known in
            guard known.changes == changes else { return }
            if known.addresses.count >= Self.most { known.addresses = [:] }
            known.addresses[account] = (address, now + Self.life)
        }
        return address
    }

    /// The address of `account` is another from now on.
    package func forget(_ account: AccountID) {
        known.withLock { known in
            known.addresses[account] = nil
            known.changes += 1
        }
    }

    /// A message may have been missed.
    package func forgetAll() {
        known.withLock { known in
            known.addresses = [:]
            known.changes += 1
        }
    }

    /// How many are known.
    package var count: Int { known.withLock { $0.addresses.count } }
}
