import Accounts
import ArgumentParser
import Core
import Identity
import SecurityEvents
import Server
import Storage

/// `gatehouse risk`.
struct Risk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See what the detection of risky sign-ins would do, and what it knows.",
        subcommands: [Replay.self, Devices.self, Forget.self])

    /// `gatehouse risk replay`.
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Play the recorded sign-ins through the score, and show which would have been challenged.",
            discussion: """
                Reads the whole log, so that it knows people's habits, and counts the last days. Nothing is changed. It \
                needs GEOIP_DATABASE_PATH for distances, and GEOIP_ASN_DATABASE_PATH with RISK_ASN_FILE for networks.
                """)

        @Option(help: "How many days are counted.")
        var days = 30

        @Option(help: "At how many points a sign-in is challenged; RISK_CHALLENGE_THRESHOLD if not given.")
        var threshold: Int?

        @Option(help: "A file of weights to try; RISK_WEIGHTS_FILE if not given.")
        var weights: String?

        func validate() throws {
            guard (1...3_650).contains(days) else { throw ValidationError("--days must be 1 to 3650.") }
            guard threshold.map((1...100).contains) ?? true else {
                throw ValidationError("--threshold must be 1 to 100.")
            }
        }

        func run() async throws {
            let configuration = try Start.configuration()
            var policy = try Risk.policy(configuration, weights: weights)
            policy.challengeAt = threshold ?? policy.challengeAt
            let chosen = policy
            try await Start.working { installation in
                let addresses = configuration.detection.addresses(places: installation.gate.places)
                let start = installation.world.now() - .days(days)
                let report = try await installation.gate.events.replay(
                    RiskReplay(policy: chosen, addresses: addresses, countingFrom: start))
                let names = try await installation.gate.team.list().map { ($0.id, $0.email.shown) }
                let people = Dictionary(names) { first, _ in first }
                for line in report.lines(days: days, name: { people[$0] ?? $0.description }) { print(line) }
            }
        }
    }

    /// `gatehouse risk devices`.
    struct Devices: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the devices that somebody is known by.")

        @Argument(help: "The account's address.")
        var email: String

        func run() async throws {
            try await Start.working { installation in
                let account = try await Risk.account(email, installation)
                for device in try await SignInDetection.devices(of: account.id, in: installation.database) {
                    print(
                        "\(device.name)\tsince \(device.firstSeenAt.iso8601)\tlast \(device.lastSeenAt.iso8601)\t"
                            + (device.isTrusted ? "known" : "forgotten"))
                }
            }
        }
    }

    /// `gatehouse risk forget`.
    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trust none of somebody's devices any more, and forget where and when they sign in.")

        @Argument(help: "The account's address.")
        var email: String

        func run() async throws {
            try await Start.working { installation in
                let account = try await Risk.account(email, installation)
                try await installation.database.transaction { sql in try SignInDetection.forget(account.id, in: sql) }
                print("Forgotten. Each device is a new one when it signs in next.")
            }
        }
    }

    private static func policy(_ configuration: ServerConfiguration, weights: String?) throws -> DetectionPolicy {
        do {
            return try configuration.detection.weighedPolicy(path: weights)
        } catch let failure as ConfigurationFailure {
            throw ValidationError(failure.problems.map { "The file of weights: \($0.message)" }.joined(separator: " "))
        }
    }

    private static func account(_ email: String, _ installation: Installation) async throws -> Account {
        guard let address = EmailAddress(email), let account = try await installation.gate.team.account(address) else {
            throw ValidationError("There is no account with this address.")
        }
        return account
    }
}
