import Dispatch

/// A thread on which files are written and read: it keeps none of those from working that answer requests.
package struct FileThread: Sendable {
    private let queue: DispatchQueue

    /// A thread of its own, called `label`.
    package init(label: String) {
        queue = DispatchQueue(label: label, qos: .utility)
    }

    /// Runs `work` there.
    package func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
