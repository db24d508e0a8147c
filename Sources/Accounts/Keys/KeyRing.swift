package import Core
package import Storage
import Synchronization

/// The keys that rest in the database, each wrapped under a key derived from `JWT_SECRET`.
///
/// Because only this ring hangs on `JWT_SECRET`, rotating that secret re-wraps a few rows and touches no password.
package final class KeyRing: Sendable {
    /// Why the ring could not be opened.
    package enum Failure: Error, Sendable, Equatable {
        /// Some key opens under no configured secret: `JWT_SECRET` was changed without keeping the old one.
        case wrappedUnderUnknownSecret(keyID: String)
    }

    private let database: any Database
    private let secret: ServerSecret
    private let world: World
    private let keys: Mutex<[RingKey]>

    private init(database: any Database, secret: ServerSecret, world: World, keys: [RingKey]) {
        self.database = database
        self.secret = secret
        self.world = world
        self.keys = Mutex(keys)
    }

    /// Opens the ring, makes the first key of each of `uses` if it lacks one, and re-wraps keys that are still wrapped
    /// under a previous secret.
    ///
    /// Throws ``Failure`` when a key cannot be opened: going on would mean that no stored password can be checked.
    package static func open(
        _ database: any Database, secret: ServerSecret, uses: [RingKey.Use], world: World
    ) async throws -> KeyRing {
        let ring = KeyRing(database: database, secret: secret, world: world, keys: [])
        for use in uses {
            // The name of a use's first key is fixed, so of two nodes that start at once one writes and both read it.
            let first = try ring.wrappedKey(id: "\(use.rawValue)-1", use: use, activatesAt: world.now())
            try await database.transaction { session in
                guard try session.row("SELECT id FROM key_ring WHERE use = \(use.rawValue) LIMIT 1") == nil else {
                    return
                }
                try session.run(first.insertion)
            }
        }
        try await ring.reload()
        try await ring.rewrap()
        return ring
    }

    /// Reads the ring anew; what another node has added becomes known.
    package func reload() async throws {
        let rows = try await database.rows(
            "SELECT id, use, wrapped, wrapped_under, created_at, activates_at, retires_at FROM key_ring")
        let wrapping = secret.keys(for: .keyRing)
        let read = try rows.map { row -> RingKey in
            let id: String = try row.get("id")
            let wrappedUnder: String = try row.get("wrapped_under")
            guard let use = RingKey.Use(rawValue: try row.get("use")),
                let key = wrapping.first(where: { $0.id == wrappedUnder }),
                let material = SealedValue.open(try row.get("wrapped"), under: key.key, at: Self.place(id))
            else { throw Failure.wrappedUnderUnknownSecret(keyID: id) }
            return RingKey(
                id: id, use: use, material: Secret(material), createdAt: try row.get("created_at"),
                activatesAt: try row.get("activates_at"), retiresAt: try row.optional("retires_at"))
        }
        keys.withLock { $0 = read.sorted { ($0.activatesAt, $0.id) < ($1.activatesAt, $1.id) } }
    }

    /// The key with which new things of this use are made now.
    package func active(_ use: RingKey.Use) -> RingKey? {
        let now = world.now()
        let counting = accepted(use)
        return counting.last { $0.activatesAt <= now } ?? counting.first
    }

    /// The keys of this use that still count, published but unused ones included.
    package func accepted(_ use: RingKey.Use) -> [RingKey] {
        let now = world.now()
        return keys.withLock { $0.filter { $0.use == use && ($0.retiresAt.map { $0 > now } ?? true) } }
    }

    /// The accepted key named `id`.
    package func key(_ id: String, _ use: RingKey.Use) -> RingKey? { accepted(use).first { $0.id == id } }

    /// Adds a key that takes over after `publishFor`; the ones before it retire `overlap` after that.
    ///
    /// Publish, then sign, then retire: verifiers elsewhere learn the key before they meet it, and tokens made under the old one live out their
    /// time, so nobody is signed out. A sealing key is never retired by the clock: values rest under it.
    package func rotate(_ use: RingKey.Use, publishFor: Duration, overlap: Duration) async throws -> RingKey {
        let activatesAt = world.now() + publishFor
        let id = "\(use.rawValue)-\(Base64URL.encode(world.randomBytes(6)))"
        let added = try wrappedKey(id: id, use: use, activatesAt: activatesAt)
        let retiresAt = activatesAt + overlap
        try await database.transaction { session in
            if !use.seals {
                try session.run(
                    """
                    UPDATE key_ring SET retires_at = \(retiresAt)
                    WHERE use = \(use.rawValue) AND (retires_at IS NULL OR retires_at > \(retiresAt))
                    """)
            }
            try session.run(added.insertion)
        }
        try await reload()
        return added.key
    }

    /// Wraps under the present secret what is still wrapped under a previous one.
    private func rewrap() async throws {
        let present = secret.key(for: .keyRing)
        let all = keys.withLock { $0 }
        for key in all {
            let wrapped = try SealedValue.seal(
                key.material.exposed, under: present.key, at: Self.place(key.id), in: world)
            _ = try await database.transaction { session in
                try session.changes(
                    """
                    UPDATE key_ring SET wrapped = \(wrapped), wrapped_under = \(present.id)
                    WHERE id = \(key.id) AND wrapped_under <> \(present.id)
                    """)
            }
        }
    }

    private struct WrappedKey: Sendable {
        let key: RingKey
        let insertion: SQL
    }

    private func wrappedKey(id: String, use: RingKey.Use, activatesAt: Timestamp) throws -> WrappedKey {
        let material = world.randomBytes(32)
        let wrapping = secret.key(for: .keyRing)
        let wrapped = try SealedValue.seal(material, under: wrapping.key, at: Self.place(id), in: world)
        let now = world.now()
        let key = RingKey(
            id: id, use: use, material: Secret(material), createdAt: now, activatesAt: activatesAt, retiresAt: nil)
        return WrappedKey(
            key: key,
            insertion: """
                INSERT INTO key_ring (id, use, wrapped, wrapped_under, created_at, activates_at, retires_at)
                VALUES (\(id), \(use.rawValue), \(wrapped), \(wrapping.id), \(now), \(activatesAt), NULL)
                ON CONFLICT (id) DO NOTHING
                """)
    }

    private static func place(_ id: String) -> String { "key_ring.wrapped:\(id)" }
}
