/// Tells the background of this node that something waits for it. Signals that come while it works are one.
package final class WorkSignal: Sendable {
    /// Each signal; for one reader.
    package let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    /// A signal that nobody has given yet.
    package init() {
        (signals, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something waits.
    package func notify() { continuation.yield() }
}
