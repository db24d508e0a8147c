import Dispatch

/// A thread on which files are written and read and rows are made into clients: it keeps none of those from working that answer requests.
struct ImportThread: Sendable {
    private let queue = DispatchQueue(label: "gatehouse.import", qos: .utility)

    /// Runs `work` there.
    func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try work() }) }
        }
    }
}
