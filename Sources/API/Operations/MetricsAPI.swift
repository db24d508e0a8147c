package import Core
import Guarding
import Hummingbird
package import Identity
import NIOCore
import Sessions
package import Web

#if canImport(Glibc)
import Glibc
#endif

/// What Prometheus asks. Counts alone: no name, id or address is ever a label.
package struct MetricsAPI: Sendable {
    let gate: Gate
    /// `METRICS_TOKEN`; without one there are no metrics.
    let token: Secret<String>?
    let registry: MetricsRegistry
    let startedAt: Timestamp

    package init(gate: Gate, token: Secret<String>?, registry: MetricsRegistry, startedAt: Timestamp) {
        self.gate = gate
        self.token = token
        self.registry = registry
        self.startedAt = startedAt
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("metrics", .get, "/metrics", limit: .health, .anyone(metrics))
                .answers(.media("text/plain"))
                .refuses(.notFound, .tokenMissing, .tokenInvalid)
        ]
    }

    /// `GET /metrics`: 404 when metrics are off, 401 without the token or with another.
    @Sendable private func metrics(_ call: Call) async throws -> Response {
        guard let token else { throw Problem(.notFound) }
        guard let given = call.bearerToken else { throw Problem(.tokenMissing) }
        guard ConstantTime.equal(Array(given.utf8), Array(token.exposed.utf8)) else { throw Problem(.tokenInvalid) }
        var text = MetricsText()
        registry.write(to: &text)
        gauges(&text)
        try await StateMetrics(gate: gate).write(to: &text)
        return Response(
            status: .ok, headers: [.contentType: MetricsText.contentType, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text.text)))
    }

    private func gauges(_ text: inout MetricsText) {
        let gauges: [(String, String, String)] = [
            (
                "gatehouse_revoked_sessions", "Ended sessions whose tokens could still be in use.",
                "\(gate.revoked.count)"
            ),
            (
                "process_start_time_seconds", "When the server was started, in seconds since 1970.",
                "\(Double(startedAt.milliseconds) / 1000)"
            ),
        ]
        for (name, help, value) in gauges {
            text.family(name, .gauge, help)
            text.sample(name, [], value)
        }
        if let bytes = Self.residentBytes() {
            text.family("process_resident_memory_bytes", .gauge, "Memory of the process that is in use.")
            text.sample("process_resident_memory_bytes", [], "\(bytes)")
        }
    }

    /// The second number of `/proc/self/statm`, in pages; `nil` where there is no such file.
    private static func residentBytes() -> Int? {
        #if canImport(Glibc)
        let file = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 128)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        let fields = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        return fields.dropFirst().first.flatMap { Int($0) }.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
        #else
        return nil
        #endif
    }
}
