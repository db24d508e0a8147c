import ArgumentParser
import CRM
import Core
import Server
import Storage

/// `gatehouse doctor`.
struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show the configuration in force, secrets left out, and what it amounts to.")

    func run() async throws {
        let configuration = try Start.configuration()
        print(DoctorReport(configuration, hugePages: HugePages.setting).text)
        do {
            let database = try await Installation.openDatabase(configuration, world: .live)
            let pending = try await Installation.migrator.pending(in: database)
            let search = pending.isEmpty ? try await TrigramIndex.state(of: database) : .ready
            await database.close()
            print(
                "Database: reachable (\(database.dialect.rawValue)); \(pending.isEmpty ? "schema up to date" : "\(pending.count) schema steps pending")."
            )
            if let advice = search.advice { print(advice) }
        } catch {
            print("Database: \(OpeningFailure.explanation(of: error))")
            throw ExitCode.failure
        }
    }
}
