import ArgumentParser
import SecurityEvents
import Server

/// `gatehouse alert`.
struct AlertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert", abstract: "Show the rules for alerts, and try one.",
        subcommands: [Rules.self, Test.self], defaultSubcommand: Rules.self)

    /// `gatehouse alert rules`.
    struct Rules: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the rules in force.")

        @Flag(help: "Those that are off as well.")
        var all = false

        func run() async throws {
            try await Start.working { installation in
                for rule in try await installation.alertRules() where all || rule.isEnabled {
                    let channels = rule.channels.map(\.rawValue).sorted().joined(separator: ",")
                    let state = rule.isEnabled ? "on" : "off"
                    print("\(rule.type.rawValue)\t\(rule.type.severity.rawValue)\t\(state)\t\(channels)")
                }
                installation.configuration.alerts.silentChannels.forEach { print($0) }
            }
        }
    }

    /// `gatehouse alert test`.
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send what the rule for a type of event would, and say what happened on each channel.")

        @Argument(help: "A type of event, such as token_theft_detected.")
        var type: String

        func run() async throws {
            guard let type = EventType(rawValue: type) else {
                throw ValidationError("This is no type of event; gatehouse alert rules --all lists them.")
            }
            try await Start.working { installation in
                for (channel, report) in try await installation.rehearseAlert(type) {
                    print("\(channel.rawValue)\t\(report)")
                }
            }
        }
    }
}
