import Core

/// Whether and to whom the server tells its metrics.
package struct MetricsSettings: Sendable {
    private static let shortest = 16

    /// `METRICS_TOKEN`; `nil` switches `GET /metrics` off.
    let token: Secret<String>?
    /// That metrics are off: said at start and by `gatehouse doctor`.
    package var silence: String? { token == nil ? "Metrics are off: METRICS_TOKEN is not set." : nil }

    init(_ reader: inout SettingsReader) {
        reader.section("Metrics")
        token = reader.secret(
            "METRICS_TOKEN", "The bearer token with which Prometheus reads /metrics; without it there are no metrics.")
        if let token, token.exposed.utf8.count < Self.shortest {
            reader.refuse("METRICS_TOKEN", "must have \(Self.shortest) characters or more.")
        }
    }
}
