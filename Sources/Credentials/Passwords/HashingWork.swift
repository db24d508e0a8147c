import Synchronization

/// Adds up what was hashed, in KiB of memory times passes: what the time is in proportion to, without a clock.
package final class HashingWork: Sendable {
    private let total = Atomic<Int>(0)

    init() {}

    /// All so far.
    package var done: Int { total.load(ordering: .relaxed) }

    func add(_ cost: PasswordHasher.Cost) { total.wrappingAdd(cost.work, ordering: .relaxed) }
}
