/// Writes down every variable that the program asks for: `docs/configuration.md` and `.env.example`.
///
/// Both are made from the settings as they are read, so a variable cannot be added without being documented.
package enum ConfigurationReference {
    /// The reference for people: a table for each area.
    package static func markdown(_ settings: [Setting]) -> String {
        var lines = [
            "# Configuration", "",
            "<!-- Generated from the source: GATEHOUSE_WRITE_DOCS=1 swift test --filter 'configuration reference'. -->",
            "",
            "Gatehouse reads its configuration once, at start: the environment first, then the file `.env` in the",
            "directory it is started from, then the defaults below. An empty variable is one that is not set. All",
            "mistakes are reported together, by name and never by value. `gatehouse doctor` prints what is in force.",
            "",
            "Durations are written as `30s`, `15m`, `12h` or `7d`. With `GATEHOUSE_ENV=production` unsafe values are",
            "refused.",
        ]
        for area in DoctorReport.areas(of: settings) {
            lines += ["", "## \(area)", "", "| variable | default | what it does |", "|---|---|---|"]
            for setting in settings where setting.area == area {
                lines.append("| `\(setting.name)` | \(standard(setting)) | \(setting.summary) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A `.env` in which every variable stands with its default, and nothing is set.
    package static func environmentExample(_ settings: [Setting]) -> String {
        var lines = [
            "# Gatehouse: every variable with its default. Copy this file to .env and take the # away from what you change.",
            "# docs/configuration.md holds the same as tables.",
        ]
        for area in DoctorReport.areas(of: settings) {
            lines += ["", "", "# ---- \(area)"]
            for setting in settings where setting.area == area {
                lines += ["", "# \(setting.summary)", "#\(setting.name)=\(setting.standard)"]
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func standard(_ setting: Setting) -> String {
        if setting.isSecret { return "*none, and never shown*" }
        return setting.standard.isEmpty ? "" : "`\(setting.standard)`"
    }
}
