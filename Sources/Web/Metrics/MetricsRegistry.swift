import CoreMetrics
import Synchronization

/// The backend of swift-metrics: makes counters and histograms, and writes them down when somebody asks.
///
/// The lock is taken when a metric is made and when all are read, never when one is changed.
package final class MetricsRegistry: MetricsFactory {
    private struct Series<Handler: Sendable> {
        let name: String
        let labels: [(String, String)]
        let handler: Handler
    }

    private struct State {
        var counters: [Series<AtomicCounter>] = []
        var histograms: [Series<LatencyHistogram>] = []
    }

    private let state = Mutex(State())
    private let help: [String: String]

    /// `help` says what the metrics of each name are.
    package init(help: [String: String]) {
        self.help = help
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let handler = AtomicCounter()
        state.withLock { $0.counters.append(Series(name: label, labels: dimensions, handler: handler)) }
        return handler
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        histogram(label, dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { histogram(label, dimensions) }

    func destroyCounter(_ handler: any CounterHandler) {
        state.withLock { state in state.counters.removeAll { $0.handler === handler } }
    }

    func destroyRecorder(_ handler: any RecorderHandler) {
        state.withLock { state in state.histograms.removeAll { $0.handler === handler } }
    }

    func destroyTimer(_ handler: any TimerHandler) {
        state.withLock { state in state.histograms.removeAll { $0.handler === handler } }
    }

    /// Writes every metric that was made, family by family.
    package func write(to text: inout MetricsText) {
        let (counters, histograms) = state.withLock { ($0.counters, $0.histograms) }
        for (name, series) in Dictionary(grouping: counters, by: \.name).sorted(by: { $0.key < $1.key }) {
            text.family(name, .counter, help[name] ?? name)
            for one in series { text.sample(name, one.labels, "\(one.handler.value)") }
        }
        for (name, series) in Dictionary(grouping: histograms, by: \.name).sorted(by: { $0.key < $1.key }) {
            text.family(name, .histogram, help[name] ?? name)
            for one in series { one.handler.write(name, one.labels, to: &text) }
        }
    }

    private func histogram(_ name: String, _ labels: [(String, String)]) -> LatencyHistogram {
        let handler = LatencyHistogram()
        state.withLock { $0.histograms.append(Series(name: name, labels: labels, handler: handler)) }
        return handler
    }
}
