import GRDBSQLite

/// Interrupts a statement that runs longer than it may.
///
/// SQLite asks now and then, between two steps of its virtual machine, whether to go on. Used only on the serial queue
/// of its connection.
@safe final class Deadline {
    private let limit: Duration
    private var end: ContinuousClock.Instant?

    /// How many steps of the virtual machine pass between two looks at the clock: some tens of microseconds.
    private static let stepsBetweenLooks: Int32 = 4000

    /// Watches `connection`. The deadline must live as long as the connection is used.
    init(_ limit: Duration, on connection: OpaquePointer) {
        self.limit = limit
        unsafe sqlite3_progress_handler(
            connection, Self.stepsBetweenLooks,
            { context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().hasPassed ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Gives the statement that starts now its full time.
    func start() { end = ContinuousClock.now + limit }

    /// Lets what follows run for as long as it takes: a commit must not be cut short.
    func stop() { end = nil }

    private var hasPassed: Bool {
        guard let end else { return false }
        return ContinuousClock.now >= end
    }
}
