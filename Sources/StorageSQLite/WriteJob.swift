import Storage
import Synchronization

/// A transaction that waits for its turn: what to run, and whom to tell.
struct WriteJob: Sendable {
    /// Runs the body and keeps what it returns. May be called again: the later result replaces the earlier one.
    let run: @Sendable (any SQLSession) throws -> Void
    /// Tells the caller, once: `nil` when the transaction is on disk, else why nothing of it is.
    let finish: @Sendable ((any Error)?) -> Void

    init<T: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> T, tell continuation: CheckedContinuation<T, any Error>
    ) {
        let outcome = Outcome<T>()
        run = { session in
            let value = try body(session)
            outcome.value.withLock { $0 = value }
        }
        finish = { error in
            if let error { return continuation.resume(throwing: error) }
            guard let value = outcome.value.withLock({ $0 }) else {
                return continuation.resume(throwing: StorageError.failed("a transaction ended without an outcome"))
            }
            continuation.resume(returning: value)
        }
    }

    private final class Outcome<T: Sendable>: Sendable {
        let value = Mutex<T?>(nil)
    }
}
