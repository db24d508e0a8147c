import Synchronization

/// The statements that took longer than a moment the last time, by their text.
///
/// Whether one does depends on its values and on what the machine has in memory, so each is tried again after a while.
final class LongStatements: Sendable {
    private static let turnsBetweenTries = 100
    private static let limit = 512

    private let turnsLeft = Mutex<[String: Int]>([:])

    /// Whether `text` should not be tried for a moment now.
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
