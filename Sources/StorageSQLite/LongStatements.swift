import Synchronization

/// The statements, by their text, that took too long the last time to run on the caller's thread.
///
/// Whether one does depends on its values and on what is in the cache, so each is tried there again after a while.
final class LongStatements: Sendable {
    private static let turnsBetweenTries = 100
    private static let limit = 512

    private let turnsLeft = Mutex<[String: Int]>([:])

    /// Whether `text` should go to a reader's queue without being tried on the caller's thread first.
    func skips(_ text: String) -> Bool {
        turnsLeft.withLock { turnsLeft in
            guard let turns = turnsLeft[text] else { return false }
            turnsLeft[text] = turns > 1 ? turns - 1 : nil
            return true
        }
    }

    /// Remembers that `text` took too long.
    func insert(_ text: String) {
        turnsLeft.withLock { turnsLeft in
            if turnsLeft.count >= Self.limit { turnsLeft = [:] }
            turnsLeft[text] = Self.turnsBetweenTries
        }
    }
}
