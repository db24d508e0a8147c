import Accounts
package import Core
import Credentials
package import Storage

/// Keeps ``RevokedSessions`` and ``KnownKeys`` true on this node when sessions or API keys are ended elsewhere: by another node, or by a command.
///
/// Where nodes can tell each other (PostgreSQL) they do, within milliseconds. A look every ``interval`` is the net for a message that
/// was missed, and the only way on SQLite.
package struct RevocationFeed: Sendable {
    /// How often to look.
    package static let interval: Duration = .seconds(2)
    /// How far each look reaches back: the clocks of two nodes may differ, and a transaction is seen after it began.
    private static let overlap: Duration = .seconds(60)

    private let database: any Database
    private let world: World
    private let revoked: RevokedSessions
    private let addresses: SignedInAddresses
    private let keys: KnownKeys

    package init(
        database: any Database, world: World, revoked: RevokedSessions, addresses: SignedInAddresses, keys: KnownKeys
    ) {
        self.database = database
        self.world = world
        self.revoked = revoked
        self.addresses = addresses
        self.keys = keys
    }

    /// Reads what was ended since the last look that succeeded.
    package func look() async throws {
        let now = world.now()
        let since = revoked.takeLastLook().map { $0 - Self.overlap }
        if let since {
            try await revoked.load(from: database, since: since)
            for row in try await database.rows(APIKeyTable.selectOwners(changedSince: since)) {
                keys.forget(of: try row.get("account_id"))
            }
        } else {
            try await revoked.load(from: database, now: now)
            keys.forgetAll()
        }
        revoked.noteLook(at: now)
    }

    /// Hears what other nodes tell, until the task is cancelled or the database is closed. `failed` is told of a look that failed; the next
    /// one makes up for it.
    package func listen(failed: @Sendable (any Error) -> Void) async {
        guard let announcements = database.announcements(on: .revokedSessions) else { return }
        for await announcement in announcements {
            switch announcement {
            case .message(let text) where text.hasPrefix(AccountTable.addressChanged):
                if let id = AccountID(text.dropFirst(AccountTable.addressChanged.count)) { addresses.forget(id) }
            case .message(let text) where text.hasPrefix(APIKeyTable.changed):
                if let id = AccountID(text.dropFirst(APIKeyTable.changed.count)) { keys.forget(of: id) }
            case .message(let text):
                revoked.insert(text.split(separator: " ").compactMap { SessionID($0) }, now: world.now())
            case .gap:
                addresses.forgetAll()
                keys.forgetAll()
                // Until one succeeds every look reaches back as far as an access token can count.
                _ = revoked.takeLastLook()
                do { try await look() } catch { failed(error) }
            }
        }
    }
}
