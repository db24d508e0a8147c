import ArgumentParser
import CRM
import Core
import Server
import Storage

/// `gatehouse migrate`.
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to the schema of this release, and say which steps that took.",
        discussion: "The server does the same when it starts.")

    func run() async throws {
        let configuration = try Start.configuration()
        do {
            let database = try await Installation.openDatabase(configuration, world: .live)
            let steps = try await Installation.migrator.migrate(database, now: World.live.now())
            let search = try await TrigramIndex.prepare(database)
            await database.close()
            print(steps.isEmpty ? "The schema is up to date." : "Done: \(steps.map(\.name).joined(separator: ", ")).")
            if let advice = search.advice { print(advice) }
        } catch {
            Start.fail(OpeningFailure.explanation(of: error))
            throw ExitCode.failure
        }
    }
}
