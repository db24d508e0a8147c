import Synchronization

/// Counts the second uses of a refresh token that were answered as honest retries, on this node since its start. Each would have been an
/// alarm of theft.
package final class RefreshRetries: Sendable {
    private let withKey = Atomic<Int>(0)
    private let inGrace = Atomic<Int>(0)

    init() {}

    /// Those that the `Idempotency-Key` of the exchange proved.
    package var provenByKey: Int { withKey.load(ordering: .relaxed) }

    /// Those that came within `REFRESH_REUSE_GRACE_SECONDS`.
    package var withinGrace: Int { inGrace.load(ordering: .relaxed) }

    func note(isProvenByKey: Bool) {
        if isProvenByKey {
            withKey.wrappingAdd(1, ordering: .relaxed)
        } else {
            inGrace.wrappingAdd(1, ordering: .relaxed)
        }
    }
}
