import CoreMetrics
import Synchronization

/// A counter that costs one atomic addition.
final class AtomicCounter: CounterHandler {
    private let count = Atomic<Int64>(0)

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { count.store(0, ordering: .relaxed) }

    var value: Int64 { count.load(ordering: .relaxed) }
}

/// How long things take: a few atomic additions for each, no lock, no memory.
final class LatencyHistogram: TimerHandler, RecorderHandler {
    /// The upper bounds in milliseconds, and as Prometheus is told them in seconds.
    static let bounds: [(milliseconds: Int64, seconds: String)] = [
        (5, "0.005"), (10, "0.01"), (25, "0.025"), (50, "0.05"), (100, "0.1"), (250, "0.25"), (500, "0.5"),
        (1000, "1"), (2500, "2.5"), (5000, "5"), (10_000, "10"),
    ]

    /// One more than there are bounds: the last holds what is longer than all.
    private let buckets = (0...bounds.count).map { _ in AtomicCounter() }
    private let nanoseconds = Atomic<Int64>(0)

    func recordNanoseconds(_ duration: Int64) {
        let place = Self.bounds.firstIndex { duration <= $0.milliseconds * 1_000_000 } ?? Self.bounds.count
        buckets[place].increment(by: 1)
        nanoseconds.wrappingAdd(duration, ordering: .relaxed)
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// `value` is in seconds.
    func record(_ value: Double) { recordNanoseconds(Int64(exactly: (value * 1e9).rounded()) ?? .max) }

    /// Writes the buckets, each with all below it, then the sum in seconds and the count, which is that of the last bucket.
    func write(_ name: String, _ labels: [(String, String)], to text: inout MetricsText) {
        var total: Int64 = 0
        for (bucket, bound) in zip(buckets, Self.bounds.map(\.seconds) + ["+Inf"]) {
            total += bucket.value
            text.sample("\(name)_bucket", labels + [("le", bound)], "\(total)")
        }
        text.sample("\(name)_sum", labels, "\(Double(nanoseconds.load(ordering: .relaxed)) / 1e9)")
        text.sample("\(name)_count", labels, "\(total)")
    }
}
