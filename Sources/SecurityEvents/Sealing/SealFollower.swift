package import Storage

/// An event with its place in the sealed log.
package struct SealedEvent: Sendable, Hashable {
    /// Without gaps, in the order of sealing: what is sealed later has a higher one, whatever its own moment says.
    package let sequence: Int64
    package let event: RecordedEvent

    package init(sequence: Int64, event: RecordedEvent) {
        self.sequence = sequence
        self.event = event
    }
}

/// What is kept about all events, and must count each of them exactly once: the figures of the dashboard, for one.
///
/// It is shown the events as they are sealed, in the sealing transaction, and never while a request waits. So to record an event
/// stays one insert, and what a follower writes is there if and only if the seal is.
package protocol SealFollower: Sendable {
    /// Runs in the transaction that seals `events`, which follow one another without a gap.
    func follow(_ events: [SealedEvent], in session: any SQLSession) throws
}
