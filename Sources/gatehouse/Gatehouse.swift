import ArgumentParser

/// The command `gatehouse`.
@main
struct Gatehouse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatehouse",
        abstract: "A self-hosted CRM for real-estate brokerages, behind a gate of its own.",
        discussion: "Configured by the environment and by the file .env; docs/configuration.md lists every variable.",
        subcommands: [
            Serve.self, Migrate.self, User.self, SessionCommand.self, OutboxCommand.self, AlertCommand.self, Audit.self,
            Risk.self, Breached.self, Keys.self, Doctor.self,
        ],
        defaultSubcommand: Serve.self)
}
