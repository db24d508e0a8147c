import Core
import Identity
import Sessions

/// The configuration in force, for an operator to read. Holds no secret.
package struct DoctorReport: Sendable {
    private let configuration: ServerConfiguration
    private let hugePages: String?

    /// The report on `configuration`, on a machine whose ``HugePages/setting`` is `hugePages`.
    package init(_ configuration: ServerConfiguration, hugePages: String? = nil) {
        self.configuration = configuration
        self.hugePages = hugePages
    }

    /// The report.
    package var text: String {
        var lines: [String] = []
        for area in Self.areas(of: configuration.settings) {
            lines += ["", area]
            for setting in configuration.settings where setting.area == area {
                let mark = setting.isSet ? "*" : " "
                lines.append("  \(mark) \(setting.name)=\(setting.resolved)")
            }
        }
        lines += ["", "  * is set; the others have their default.", "", lifetime]
        lines += configuration.alerts.silentChannels
        if let silence = configuration.metrics.silence { lines.append(silence) }
        if let advice = HugePages.advice(hugePages) { lines.append(advice) }
        lines += configuration.notices.map { "Notice: \($0)" }
        return lines.joined(separator: "\n")
    }

    /// What the three clocks of a session come to.
    private var lifetime: String {
        let clocks = configuration.gate.clocks
        let effective = clocks.effectiveLifetime
        let untouched = effective.untouched.map(DurationText.text) ?? "never"
        let most = effective.atMost.map(DurationText.text) ?? "no limit"
        return """
            Sessions: an untouched one ends after \(untouched), a busy one after \(most); an access token counts for \
            at most \(DurationText.text(clocks.accessToken)).
            """
    }

    /// The headings in the order in which they were read first.
    static func areas(of settings: [Setting]) -> [String] {
        settings.reduce(into: []) { areas, setting in
            if !areas.contains(setting.area) { areas.append(setting.area) }
        }
    }
}
