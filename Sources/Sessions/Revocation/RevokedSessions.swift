package import Core
package import Storage
import Synchronization

/// The sessions whose access tokens could still be in use though the session was ended: looked up on every request, in
/// memory, with no query.
///
/// Holds a session only for as long as an access token lives, so it grows with the rate of sign-outs and not with the
/// number of users.
package final class RevokedSessions: Sendable {
    private struct State {
        var until: [SessionID: Timestamp] = [:]
        var nextSweep = Timestamp(milliseconds: 0)
        var lastLook: Timestamp?
    }

    private let accessTokenLife: Duration
    private let state = Mutex(State())

    /// An empty set for tokens that live `accessTokenLife`.
    package init(accessTokenLife: Duration) {
        self.accessTokenLife = accessTokenLife
    }

    /// Reads what was revoked within the last life of a token: a restart forgets nothing.
    package func load(from database: any Database, now: Timestamp) async throws {
        try await load(from: database, since: now - accessTokenLife)
    }

    /// Reads what was revoked after `since`.
    package func load(from database: any Database, since: Timestamp) async throws {
        let rows = try await database.rows("SELECT id, revoked_at FROM session WHERE revoked_at > \(since)")
        let loaded: [(SessionID, Timestamp)] = try rows.map { (try $0.get("id"), try $0.get("revoked_at")) }
        state.withLock { state in
            for (id, moment) in loaded { state.until[id] = moment + accessTokenLife }
        }
    }

    /// When the database was last looked at with success. Taken: a look that fails leaves none behind.
    func takeLastLook() -> Timestamp? { state.withLock { $0.lastLook.take() } }

    /// The look that began at `moment` succeeded.
    func noteLook(at moment: Timestamp) { state.withLock { $0.lastLook = moment } }

    /// Takes the access away from `sessions`, from the next request on.
    package func insert(_ sessions: [SessionID], now: Timestamp) {
        state.withLock { state in
            for session in sessions { state.until[session] = now + accessTokenLife }
            guard now >= state.nextSweep else { return }
            state.until = state.until.filter { $0.value > now }
            state.nextSweep = now + .seconds(60)
        }
    }

    /// Whether the session was ended.
    package func contains(_ session: SessionID) -> Bool {
        state.withLock { $0.until[session] != nil }
    }

    /// How many are held.
    package var count: Int { state.withLock { $0.until.count } }
}
