import Dispatch

/// Where calls are made that wait for the network or the disk: one after the other, and never on the threads of Swift's
/// tasks, which all requests share.
struct SendingThread: Sendable {
    private let queue: DispatchQueue

    init(_ label: String) { queue = DispatchQueue(label: label, qos: .utility) }

    /// Runs `work` and returns what it returns.
    func run<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: work()) }
        }
    }
}
