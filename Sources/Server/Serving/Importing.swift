import CRM
import Logging
import ServiceLifecycle

/// Works on the files that wait to be imported while the server runs, one after the other. One that is under way when the server ends goes on with
/// the next start.
struct Importing: Service {
    /// How soon a file is looked for after it was handed in.
    private static let interval: Duration = .milliseconds(500)

    let imports: ClientImports
    let logger: Logger

    func run() async throws {
        let logger = logger
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let isAnother = try await imports.workOnNext(
                    until: { Task.isShuttingDownGracefully || Task.isCancelled },
                    report: { id, error in
                        logger.warning("import interrupted", metadata: ["import": "\(id)", "error": "\(error)"])
                    })
                if isAnother { continue }
            } catch {
                logger.warning("imports not looked for", metadata: ["error": "\(error)"])
            }
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }
}
