import Dispatch

/// Something that happens once, for which threads and tasks can wait.
final class Signal: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    /// It has happened.
    func set() { semaphore.signal() }

    /// Blocks the thread, which must be one of a driver's, until it has happened; gives up after ten seconds.
    func wait() { _ = semaphore.wait(timeout: .now() + 10) }

    /// Suspends until it has happened; gives up after ten seconds.
    func hasBeenSet() async {
        await withCheckedContinuation { continuation in
            DispatchQueue(label: "signal").async {
                self.wait()
                continuation.resume()
            }
        }
    }
}
