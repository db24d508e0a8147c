import ArgumentParser
import Foundation
import Identity
import Logging
import SecurityEvents
import Server

/// `gatehouse serve`.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Start the server.")

    @Flag(help: "On an empty database make a small brokerage with 500 clients to try things with. Not in production.")
    var demo = false

    func run() async throws {
        let configuration = try Start.configuration()
        if demo, configuration.environment == .production {
            Start.fail("--demo is not for production.")
            throw ExitCode(64)
        }
        let installation = try await Start.installation(configuration)
        for notice in configuration.notices { installation.logger.notice("\(notice)") }
        for line in configuration.alerts.silentChannels { installation.logger.info("\(line)") }
        if let silence = configuration.metrics.silence { installation.logger.info("\(silence)") }
        if let problem = installation.gate.places.problem {
            installation.logger.warning("GeoIP file not usable", metadata: ["reason": .string(problem)])
        }
        do {
            let greeting = demo ? try await Demo.prepare(installation) : try await firstSteps(installation)
            try await installation.serve { port in
                print(
                    "Gatehouse is listening on http://\(configuration.host):\(port) (people reach it at \(configuration.publicURL))"
                )
                if let greeting { print(greeting) }
                // Standard output is buffered when it is a pipe.
                fflush(nil)
            }
        } catch {
            await installation.close()
            if let exit = error as? ExitCode { throw exit }
            Start.fail(OpeningFailure.explanation(of: error))
            throw ExitCode.failure
        }
        await installation.close()
    }

    /// What the operator of an empty installation has to do.
    private func firstSteps(_ installation: Installation) async throws -> String? {
        guard let token = try await installation.gate.invitations.createForFirstOwner() else { return nil }
        let link = "\(installation.configuration.publicURL)/invitation?token=\(token)"
        return """

            There is no account yet. Make the owner with this link, which works once and until the next start:

              \(link)

            or with: gatehouse user create --role owner
            """
    }
}
