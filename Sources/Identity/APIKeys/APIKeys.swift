package import Accounts
package import Core
package import Credentials
package import SecurityEvents
package import Sessions
import Storage

/// The API keys of a person: programs act with them on the person's behalf. Made and revoked by the person alone, under a step-up.
package struct APIKeys: Sendable {
    /// How many keys somebody may have at a time.
    package static let most = 50
    /// A key that runs out does so within this time.
    package static let longestLife: Duration = .days(3653)
    /// For so long a key that is over is kept, for whoever looks into what happened.
    private static let keptAfterEnd: Duration = .days(90)

    private let database: any Database
    private let world: World
    private let recorder: EventRecorder
    private let notices: Notices
    private let hashes: APIKeyHashes
    private let uses: KeyUses
    private let revocation: KeyRevocation

    init(
        database: any Database, world: World, recorder: EventRecorder, notices: Notices, hashes: APIKeyHashes,
        uses: KeyUses, revocation: KeyRevocation
    ) {
        self.database = database
        self.world = world
        self.recorder = recorder
        self.notices = notices
        self.hashes = hashes
        self.uses = uses
        self.revocation = revocation
    }

    /// What became of the wish for a key.
    package enum Outcome: Sendable {
        /// The key, which is shown this once, and what is kept of it.
        case created(key: Secret<String>, APIKey)
        /// The role of its maker does not include the scope.
        case notInRole(APIKeyScope)
        /// There are ``most`` of them already.
        case tooMany
        /// The session ended meanwhile, the account is not what it was, or the proof is another's.
        case sessionRevoked
    }

    /// Makes a key for the person behind `scope`, and tells them by mail. Its random bits are drawn from the world; only a keyed hash of them
    /// is kept.
    package func create(
        _ scope: Scope, _ wish: APIKey.Wish, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> Outcome {
        guard proof.scope == scope, proof.grounds == .shown else { return .sessionRevoked }
        if let beyond = wish.scopes.filter({ !$0.isWithin(scope.role) }).min(by: { $0.rawValue < $1.rawValue }) {
            return .notInRole(beyond)
        }
        let (new, stored) = try hashes.make(
            world.identifier(), secret: world.randomBytes(PresentedKey.secretLength), of: scope.userID)
        let key = APIKey(
            id: new.id, owner: scope.userID, wish: wish, stored: stored, hint: new.hint, createdAt: world.now())
        return try await database.transaction { sql in
            // Held until the end: of two at once, the second counts the first; and a key is made before an account is switched off, or not
            // at all.
            guard let account = try AccountTable.active(scope.userID, in: sql), account.role == scope.role,
                try SessionTable.isOpen(scope.sessionID, in: sql)
            else { return .sessionRevoked }
            guard try APIKeyTable.count(of: account.id, at: key.createdAt, in: sql) < Self.most else {
                return .tooMany
            }
            try APIKeyTable.insert(key, in: sql)
            try tell(account, of: key, in: scope.sessionID, from: source, in: sql)
            return .created(key: new.text, key)
        }
    }

    private func tell(
        _ account: Account, of key: APIKey, in session: SessionID?, from source: RequestSource, in sql: any SQLSession
    ) throws {
        let scopes = key.scopes.map(\.rawValue).sorted().joined(separator: ", ")
        var event = Event(
            .apiKeyCreated, in: world, user: account.id, session: session, from: source,
            detail: ["key": key.id.description, "name": key.name, "scopes": scopes])
        event.detail["expiresAt"] = key.expiresAt?.iso8601
        if !key.networks.isEmpty {
            event.detail["networks"] = key.networks.map(\.description).joined(separator: ", ")
        }
        try recorder.record(event, in: sql)
        try notices.post(
            .apiKeyCreated, to: account, about: event,
            values: ["keyName": key.name, "keyHint": key.hint, "scopes": scopes], in: sql)
    }

    /// The keys of the person behind `scope` that count, the newest first, with their last use as far as this node knows it.
    package func list(_ scope: Scope) async throws -> [APIKey] {
        try await database.rows(APIKeyTable.selectAll(of: scope.userID, at: world.now())).map { row in
            var key = try APIKey(row)
            if let use = uses.latest(key.id), key.lastUsedAt.map({ $0 < use.at }) ?? true {
                (key.lastUsedAt, key.lastUsedFrom) = (use.at, use.address)
            }
            return key
        }
    }

    /// Revokes one key of the person behind `scope`: from the next request on it counts for nothing. `false` when they have no such key,
    /// which is also the answer for somebody else's.
    package func revoke(
        _ id: APIKeyID, _ scope: Scope, _ proof: FreshReauthentication, from source: RequestSource
    ) async throws -> Bool {
        guard proof.scope == scope, proof.grounds == .shown else { return false }
        let revoked = try await database.transaction { sql in
            try revocation.end(
                id, of: scope.userID, because: .owner, session: scope.sessionID, from: source, in: sql)
        }
        revocation.committed(scope.userID)
        return !revoked.isEmpty
    }

    /// Forgets keys that have been over for a while.
    func prune(in sql: any SQLSession) throws {
        try APIKeyTable.prune(before: world.now() - Self.keptAfterEnd, in: sql)
    }
}
