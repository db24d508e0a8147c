import Configuration
import Core

/// Reads variables into typed values, and remembers every one that it was asked for and everything that was wrong.
struct SettingsReader {
    private let reader: ConfigReader
    private var area = ""
    private(set) var settings: [Setting] = []
    private(set) var problems: [ConfigurationProblem] = []

    /// Reads from `environment`, and for what is not there from `file`.
    init(environment: [String: String], file: [String: String]) {
        // An empty variable is one that is not set: that is how a shell or a panel clears it.
        reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty }),
            EnvironmentVariablesProvider(environmentVariables: file.filter { !$0.value.isEmpty }),
        ])
    }

    /// The heading for what is read next.
    mutating func section(_ area: String) { self.area = area }

    /// Whether the variable has a value of its own.
    func isSet(_ name: String) -> Bool { raw(name) != nil }

    /// Notes a problem.
    mutating func refuse(_ name: String, _ message: String) { problems.append(ConfigurationProblem(name, message)) }

    /// A text; `nil` when it is not set and there is no default.
    mutating func text(_ name: String, default standard: String? = nil, _ summary: String) -> String? {
        let value = raw(name)
        note(name, summary, standard: standard ?? "", value: value ?? standard ?? "", isSet: value != nil)
        return value ?? standard
    }

    /// A text that must never be shown.
    mutating func secret(_ name: String, _ summary: String) -> Secret<String>? {
        let value = raw(name)
        note(name, summary, standard: "", value: value == nil ? "" : "<set>", isSet: value != nil, isSecret: true)
        return value.map { Secret($0) }
    }

    /// A whole number within a range.
    mutating func integer(_ name: String, default standard: Int, in range: ClosedRange<Int>, _ summary: String) -> Int {
        let value = raw(name)
        let number = value.flatMap { Int($0) }
        if value != nil, number.map(range.contains) != true {
            refuse(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        let resolved = number.flatMap { range.contains($0) ? $0 : nil } ?? standard
        note(name, summary, standard: String(standard), value: String(resolved), isSet: value != nil)
        return resolved
    }

    /// `true` or `false`.
    mutating func flag(_ name: String, default standard: Bool, _ summary: String) -> Bool {
        let value = raw(name)
        let parsed = value.flatMap {
            ["true": true, "1": true, "yes": true, "false": false, "0": false, "no": false][$0.lowercased()]
        }
        if value != nil, parsed == nil { refuse(name, "must be true or false.") }
        note(name, summary, standard: String(standard), value: String(parsed ?? standard), isSet: value != nil)
        return parsed ?? standard
    }

    /// A duration such as `15m`.
    mutating func duration(
        _ name: String, default standard: Duration, in range: ClosedRange<Duration>, _ summary: String
    ) -> Duration {
        let value = raw(name)
        let parsed = value.flatMap(DurationText.parse)
        if value != nil, parsed.map(range.contains) != true {
            refuse(
                name,
                "must be a duration such as 15m, 12h or 7d, from \(DurationText.text(range.lowerBound)) to "
                    + "\(DurationText.text(range.upperBound)).")
        }
        let resolved = parsed.flatMap { range.contains($0) ? $0 : nil } ?? standard
        note(
            name, summary, standard: DurationText.text(standard), value: DurationText.text(resolved),
            isSet: value != nil)
        return resolved
    }

    /// One of a closed list.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default standard: Choice, _ summary: String
    ) -> Choice where Choice.RawValue == String {
        let value = raw(name)
        let parsed = value.flatMap { text in
            Choice.allCases.first { $0.rawValue.lowercased() == text.lowercased() }
        }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        if value != nil, parsed == nil { refuse(name, "must be one of: \(names).") }
        note(
            name, "\(summary) One of: \(names).", standard: standard.rawValue, value: (parsed ?? standard).rawValue,
            isSet: value != nil)
        return parsed ?? standard
    }

    /// A list separated by commas.
    mutating func list(_ name: String, _ summary: String) -> [String] {
        let value = raw(name)
        note(name, summary, standard: "", value: value ?? "", isSet: value != nil)
        return (value ?? "").split(separator: ",").compactMap { item in
            let text = item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
            return text.isEmpty ? nil : String(text)
        }
    }

    private func raw(_ name: String) -> String? {
        reader.string(forKey: ConfigKey(name.lowercased().split(separator: "_").map(String.init)))
    }

    private mutating func note(
        _ name: String, _ summary: String, standard: String, value: String, isSet: Bool, isSecret: Bool = false
    ) {
        settings.append(
            Setting(
                name: name, area: area, summary: summary, standard: standard, resolved: value, isSet: isSet,
                isSecret: isSecret))
    }
}
