import ArgumentParser
import Core
import Server
import Storage

/// `gatehouse outbox`.
struct OutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox", abstract: "Show what waits to be sent, and try again what was given up.",
        subcommands: [List.self, Retry.self], defaultSubcommand: List.self)

    /// `gatehouse outbox list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the newest items.")

        @Option(help: "waiting, sent or dead; all by default.")
        var state: String?

        @Option(help: "How many at most.")
        var limit = 50

        func run() async throws {
            let state = try state.map { text in
                guard let state = OutboxItem.State(rawValue: text) else {
                    throw ValidationError("--state must be waiting, sent or dead.")
                }
                return state
            }
            try await Start.working { installation in
                for item in try await installation.outbox.list(state, limit: min(max(limit, 1), 10_000)) {
                    let due = item.state == .waiting ? "due \(item.dueAt.iso8601)" : item.state.rawValue
                    print(
                        "\(item.id)\t\(item.kind)\t\(item.subject)\t\(due)\t\(item.attempts) tries"
                            + (item.lastError.map { "\t\($0)" } ?? ""))
                }
            }
        }
    }

    /// `gatehouse outbox retry`.
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try again at once: every dead item, or the one named.")

        @Argument(help: "An item's identity.")
        var item: String?

        func run() async throws {
            let id = try item.map { text in
                guard let id = OutboxID(text) else { throw ValidationError("This is no identity of an item.") }
                return id
            }
            try await Start.working { installation in
                print("\(try await installation.outbox.retry(id)) will be tried again.")
            }
        }
    }
}
