import GRDBSQLite

/// Interrupts a statement that runs longer than it may.
///
/// SQLite calls a progress handler every few thousand steps of its virtual machine, which says whether to go on. Used only by whoever has
/// the connection.
@safe final class Deadline {
    private var end: ContinuousClock.Instant?

    /// How many steps of the virtual machine pass between two looks at the clock: some tens of microseconds.
    private static let stepsBetweenLooks: Int32 = 4000

    /// Watches `connection`. The deadline must live as long as the connection is used.
    init(on connection: OpaquePointer) {
        unsafe sqlite3_progress_handler(
            connection, Self.stepsBetweenLooks,
            { context in
                guard let context = unsafe context else { return 0 }
                return unsafe Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().hasPassed ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Gives the statement that starts now the time `limit`.
    func start(_ limit: Duration) { end = ContinuousClock.now + limit }

    /// Lets what follows run for as long as it takes: a commit must not be cut short.
    func stop() { end = nil }

    private var hasPassed: Bool {
        guard let end else { return false }
        return ContinuousClock.now >= end
    }
}
