import Synchronization

/// Hands sealed events on to everybody who watches, as they come.
///
/// However many listen, the log is read once: one task reads what is new every second while there is a listener, and none when there
/// is not. What it has read waits for each listener in a bounded queue; one that does not take it in time is cut off, and can go on
/// later where it stopped. So the load on the database does not grow with the listeners, nor the memory with slow ones.
package final class LiveEvents: Sendable {
    /// So many listen already.
    package struct Full: Error, Sendable {}

    /// At most so many listen at once.
    package static let capacity = 256
    /// At most so many events are read at once.
    package static let pageSize = 200
    /// At most so many rounds wait for a listener: half a minute of a quiet log.
    static let patience = 32

    private struct Listener {
        let queue: AsyncStream<[SealedEvent]>.Continuation
        let cutOff: @Sendable () -> Void
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
        var nextID = 0
        var position: Int64 = 0
        var isReading = false
    }

    package let reader: any SealedEventReader
    private let pause: @Sendable () async -> Void
    private let failed: @Sendable (any Error) -> Void
    private let state = Mutex(State())

    /// A hub over `reader`. `pause` lies between two looks at the log; `failed` is told of a look that failed, which the next makes up for.
    package init(
        reader: any SealedEventReader,
        pause: @escaping @Sendable () async -> Void = { try? await Task.sleep(for: .seconds(1)) },
        failed: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.reader = reader
        self.pause = pause
        self.failed = failed
    }

    /// How many listen.
    package var count: Int { state.withLock { $0.listeners.count } }

    /// Begins to listen, and ends when the subscription is let go. `cutOff` is called when the listener was too slow.
    ///
    /// Throws ``Full`` when too many do already.
    package func join(cutOff: @escaping @Sendable () -> Void = {}) async throws -> LiveSubscription {
        guard count < Self.capacity else { throw Full() }
        let last = try await reader.last()
        let (batches, queue) = AsyncStream.makeStream(
            of: [SealedEvent].self, bufferingPolicy: .bufferingOldest(Self.patience))
        let (id, position, mustRead) = state.withLock { state in
            state.nextID += 1
            state.listeners[state.nextID] = Listener(queue: queue, cutOff: cutOff)
            let mustRead = !state.isReading
            if mustRead { (state.isReading, state.position) = (true, last) }
            return (state.nextID, state.position, mustRead)
        }
        if mustRead { Task { await self.read() } }
        return LiveSubscription(id: id, hub: self, position: position, last: last, batches: batches, queue: queue)
    }

    func leave(_ id: Int) {
        state.withLock { $0.listeners[id] = nil }
    }

    /// Reads until nobody listens.
    private func read() async {
        while let position = nextPosition() {
            var events: [SealedEvent] = []
            do { events = try await reader.events(after: position, limit: Self.pageSize) } catch { failed(error) }
            handOn(events)
            if events.count < Self.pageSize { await pause() }
        }
    }

    private func nextPosition() -> Int64? {
        state.withLock { state in
            if state.listeners.isEmpty { state.isReading = false }
            return state.isReading ? state.position : nil
        }
    }

    /// Gives `events` to all, also when there are none: a listener then knows that time has passed.
    private func handOn(_ events: [SealedEvent]) {
        let tooSlow = state.withLock { state in
            state.position = events.last?.sequence ?? state.position
            let tooSlow = state.listeners.filter { _, listener in
                if case .dropped = listener.queue.yield(events) { return true }
                return false
            }
            for id in tooSlow.keys { state.listeners[id] = nil }
            return tooSlow.values
        }
        for listener in tooSlow {
            listener.queue.finish()
            listener.cutOff()
        }
    }
}

/// One listener's share of ``LiveEvents``.
package final class LiveSubscription: Sendable {
    private let id: Int
    private let hub: LiveEvents
    private let queue: AsyncStream<[SealedEvent]>.Continuation
    /// The events after this place come through ``batches``; those before it are in the log.
    package let position: Int64
    /// The place of the newest event when the listener came.
    package let last: Int64
    /// What is new, round by round; nothing new is an empty round. Ends when the listener was too slow, or after ``end()``.
    package let batches: AsyncStream<[SealedEvent]>

    init(
        id: Int, hub: LiveEvents, position: Int64, last: Int64, batches: AsyncStream<[SealedEvent]>,
        queue: AsyncStream<[SealedEvent]>.Continuation
    ) {
        self.id = id
        self.hub = hub
        self.position = position
        self.last = last
        self.batches = batches
        self.queue = queue
    }

    deinit { hub.leave(id) }

    /// Ends ``batches``.
    package func end() { queue.finish() }
}
