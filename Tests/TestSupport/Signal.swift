import Dispatch

/// Something that happens once, for which threads and tasks can wait.
package final class Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    package init() {}

    /// It has happened.
    package func set() { semaphore.signal() }

    /// Blocks the thread, which must be one of a driver's, until it has happened; gives up after ten seconds.
    package func wait() { _ = semaphore.wait(timeout: .now() + 10) }

    /// Suspends until it has happened; gives up after ten seconds.
    package func hasBeenSet() async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "signal").async {
                self.wait()
                continuation.resume()
            }
        }
    }
}
