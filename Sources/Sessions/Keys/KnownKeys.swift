package import Accounts
package import Core
package import Credentials
import Synchronization

/// The API keys that were used lately, for whoever asks with each request: no query but the first.
///
/// Holds what the database said of a key and of its owner, never the key itself: a request proves anew that it has it. What changes is
/// forgotten here: at once on this node, within milliseconds on the others (within seconds on SQLite), and after ``life`` if a message was lost.
package final class KnownKeys: Sendable {
    /// How long what was read counts.
    package static let life: Duration = .seconds(60)
    /// Past so many keys all are forgotten: a cache must not grow with what strangers send, nor with the number of keys.
    private static let most = 10_000

    /// A key and its owner's role.
    package struct Known: Sendable, Hashable {
        package let key: APIKey
        package let role: Role

        package init(key: APIKey, role: Role) {
            self.key = key
            self.role = role
        }
    }

    private struct State {
        var keys: [APIKeyID: (known: Known, until: Timestamp)] = [:]
        /// Counts what was forgotten, so that a key that was read before is not kept after.
        var changes = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// What is known of the key at `now`.
    package func known(_ id: APIKeyID, at now: Timestamp) -> Known? {
        state.withLock { state in
            guard let found = state.keys[id], found.until > now else { return nil }
            return found.known
        }
    }

    /// How much was forgotten so far; to be taken before a key is read.
    var changes: Int { state.withLock { $0.changes } }

    /// Keeps what was read, unless anything was forgotten since `changes` was taken.
    func keep(_ known: Known, at now: Timestamp, unlessChangedSince changes: Int) {
        state.withLock { state in
            guard state.changes == changes else { return }
            if state.keys.count >= Self.most { state.keys = [:] }
            state.keys[known.key.id] = (known, now + Self.life)
        }
    }

    /// The keys of `owner`, or the owner, are not what they were.
    package func forget(of owner: AccountID) {
        state.withLock { state in
            state.keys = state.keys.filter { $0.value.known.key.owner != owner }
            state.changes += 1
        }
    }

    /// A message may have been missed.
    package func forgetAll() {
        state.withLock { state in
            state.keys = [:]
            state.changes += 1
        }
    }

    /// How many are known.
    package var count: Int { state.withLock { $0.keys.count } }
}
