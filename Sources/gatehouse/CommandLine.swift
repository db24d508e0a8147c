import ArgumentParser
import Core
import Foundation
import Logging
import Server

/// What every command does first.
enum Start {
    /// The configuration of the environment and of `.env`; prints what is wrong and exits with 78 (`EX_CONFIG`) otherwise.
    static func configuration() throws -> ServerConfiguration {
        do {
            return try ServerConfiguration.read(
                environment: ServerEnvironment.variables, file: EnvironmentFile.read(at: ".env"))
        } catch let failure as ConfigurationFailure {
            fail(failure.description)
            throw ExitCode(78)
        }
    }

    /// The program on its data; prints what is wrong and exits with 1 otherwise.
    static func installation(_ configuration: ServerConfiguration, level: ServerConfiguration.LogLevel? = nil)
        async throws
        -> Installation
    {
        let level = level ?? configuration.logLevel
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: level, format: configuration.logFormat, world: .live)
        }
        do {
            return try await Installation.open(configuration, world: .live, logger: Logger(label: "gatehouse"))
        } catch {
            fail(OpeningFailure.explanation(of: error))
            throw ExitCode.failure
        }
    }

    /// Prints to standard error.
    static func fail(_ message: String) {
        FileHandle.standardError.write(Data("gatehouse: \(message)\n".utf8))
    }
}
