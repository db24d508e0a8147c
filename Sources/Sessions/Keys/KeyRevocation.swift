package import Core
package import Credentials
package import SecurityEvents
package import Storage

/// Ends API keys in the transaction of what makes them worth nothing: their owner's wish, or whatever ends everything of theirs.
package struct KeyRevocation: Sendable {
    private let world: World
    private let recorder: EventRecorder
    private let known: KnownKeys

    package init(world: World, recorder: EventRecorder, known: KnownKeys) {
        self.world = world
        self.recorder = recorder
        self.known = known
    }

    /// Why a key ended.
    package enum Reason: String, Sendable, CaseIterable {
        /// At its owner's wish, by itself.
        case owner = "owner"
        /// Its owner signed out everywhere.
        case signedOutEverywhere = "signed_out_everywhere"
        /// An owner, an admin or the operator ended everything of its owner's.
        case endedByAdmin = "ended_by_admin"
        /// The password was replaced through a mailed link.
        case passwordReset = "password_reset"
        /// Its owner said "this wasn't me".
        case reportedByOwner = "not_me"
        /// Its owner's account was switched off.
        case accountDisabled = "account_disabled"
        /// Its owner has left.
        case ownerLeft = "owner_left"
    }

    /// Revokes the keys of `owner` that count, or the one of them that `id` names, with an event each. After the commit: ``committed(_:)``.
    package func end(
        _ id: APIKeyID? = nil, of owner: AccountID, because reason: Reason, session: SessionID? = nil,
        from source: RequestSource, in sql: any SQLSession
    ) throws -> [APIKey] {
        let ended = try APIKeyTable.revoke(id, of: owner, at: world.now(), in: sql)
        for key in ended {
            try recorder.record(
                Event(
                    .apiKeyRevoked, in: world, user: owner, session: session, from: source,
                    detail: ["key": key.id.description, "name": key.name, "because": reason.rawValue]), in: sql)
        }
        return ended
    }

    /// Has the keys of `owner` read anew, because the owner may do something else now. After the commit: ``committed(_:)``.
    package func reread(of owner: AccountID, in sql: any SQLSession) throws {
        try APIKeyTable.touch(of: owner, at: world.now(), in: sql)
    }

    /// After the transaction: what was known of the keys of `owner` is read anew with the next request.
    package func committed(_ owner: AccountID) { known.forget(of: owner) }
}
