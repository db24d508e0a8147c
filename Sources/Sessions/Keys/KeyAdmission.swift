import Accounts
package import Core
package import Credentials
package import Storage

/// Lets a request in by its API key: no query while the key is known.
package struct KeyAdmission: Sendable {
    private let database: any Database
    private let world: World
    private let hashes: APIKeyHashes
    private let known: KnownKeys
    private let uses: KeyUses

    package init(database: any Database, world: World, hashes: APIKeyHashes, known: KnownKeys, uses: KeyUses) {
        self.database = database
        self.world = world
        self.hashes = hashes
        self.known = known
        self.uses = uses
    }

    /// What a key is worth on this very request.
    package enum Verdict: Sendable, Hashable {
        case admitted(AdmittedKey)
        case refused(KeyRefusal)
        /// There is no such key.
        case unknown
    }

    /// Judges a key that came from `address`, and notes its use. A key that was not made here costs no query, and only one that counts is kept
    /// in memory: what strangers send takes no room.
    package func admit(_ key: PresentedKey, from address: IPAddress?) async throws -> Verdict {
        let now = world.now()
        if let found = known.known(key.id, at: now) { return judge(key, found, isActive: true, address, now) }
        guard hashes.isOurs(key) else { return .unknown }
        let changes = known.changes
        guard let row = try await database.rows(APIKeyTable.selectWithOwner(key.id), isShort: true).first,
            let role = Role(rawValue: try row.get("role"))
        else { return .unknown }
        let found = KnownKeys.Known(key: try APIKey(row), role: role)
        let status: String = try row.get("status")
        let verdict = judge(key, found, isActive: status == Account.Status.active.rawValue, address, now)
        if case .admitted = verdict { known.keep(found, at: now, unlessChangedSince: changes) }
        return verdict
    }

    private func judge(
        _ presented: PresentedKey, _ found: KnownKeys.Known, isActive: Bool, _ address: IPAddress?, _ now: Timestamp
    ) -> Verdict {
        let key = found.key
        func refused(_ reason: KeyRefusal.Reason) -> Verdict {
            .refused(KeyRefusal(key: key.id, owner: key.owner, reason: reason))
        }
        guard hashes.matches(presented, key.owner, key.stored) else { return refused(.wrongSecret) }
        guard key.revokedAt == nil else { return refused(.revoked) }
        guard isActive else { return refused(.ownerDisabled) }
        if let end = key.expiresAt, end <= now { return refused(.expired) }
        guard key.isAllowed(from: address) else { return refused(.foreignNetwork) }
        uses.note(key.id, at: now, from: address)
        return .admitted(AdmittedKey(id: key.id, owner: key.owner, role: found.role, scopes: key.scopes))
    }
}
