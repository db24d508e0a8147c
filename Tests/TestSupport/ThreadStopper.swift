import Dispatch

/// Holds a thread of a pool until the test lets it go.
package final class ThreadStopper: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let begun: AsyncStream<Void>
    private let begin: AsyncStream<Void>.Continuation

    /// Holds nothing yet.
    package init() {
        (begun, begin) = AsyncStream.makeStream(of: Void.self)
    }

    /// Run on the thread: says that it runs, and waits.
    package func block() {
        begin.yield()
        gate.wait()
    }

    /// Returns when one more `block()` has begun.
    package func started() async {
        var waiting = begun.makeAsyncIterator()
        _ = await waiting.next()
    }

    /// Lets one blocked thread go.
    package func release() { gate.signal() }
}
