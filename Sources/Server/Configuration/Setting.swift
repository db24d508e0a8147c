/// One variable, as it was read: what `gatehouse doctor` shows and what the documentation is made from.
package struct Setting: Sendable, Hashable {
    /// The variable's name.
    package let name: String
    /// Under which heading it belongs.
    package let area: String
    /// What it does, in a sentence.
    package let summary: String
    /// What counts when it is not set, as text; empty for nothing.
    package let standard: String
    /// What counts now, as text; a secret shows only whether it is set.
    package let resolved: String
    /// Whether it was set.
    package let isSet: Bool
    /// Whether the value must never be shown.
    package let isSecret: Bool
}

/// Something wrong with the configuration: which variable, what is wrong, and what to do. Never the value: it may be a secret.
package struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    package let name: String
    package let message: String

    package init(_ name: String, _ message: String) {
        self.name = name
        self.message = message
    }

    package var description: String { "\(name): \(message)" }
}

/// All problems of a configuration together, so that an operator mends them in one go.
package struct ConfigurationFailure: Error, Sendable, CustomStringConvertible {
    package let problems: [ConfigurationProblem]

    package var description: String {
        "The configuration cannot be used:\n" + problems.map { "  - \($0)" }.joined(separator: "\n")
    }
}
