import Accounts
import ArgumentParser
import Core
import Identity
import Server
import Sessions

/// `gatehouse keys`.
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show and rotate the keys in the database.", subcommands: [List.self, Rotate.self])

    /// `gatehouse keys list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show every key: what for, since when, until when.")

        func run() async throws {
            let installation = try await Start.installation(try Start.configuration(), level: .warning)
            for use in RingKey.Use.allCases {
                let active = installation.gate.ring.active(use)?.id
                for key in installation.gate.ring.accepted(use) {
                    let state = key.id == active ? "active" : key.retiresAt == nil ? "waiting" : "retiring"
                    print("\(use.rawValue)\t\(key.id)\t\(state)\tfrom \(key.activatesAt.iso8601)")
                }
            }
            await installation.close()
        }
    }

    /// `gatehouse keys rotate`.
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a key that takes over soon; nobody is signed out.",
            discussion:
                "A signing key is published 10 minutes before it signs. Passwords are sealed anew as people sign in.")

        @Argument(help: "password-sealing, factor-sealing, audit-sealing, api-keys, signing-eddsa or signing-es256.")
        var use: String

        func run() async throws {
            guard let use = RingKey.Use(rawValue: use) else {
                throw ValidationError("Name one of: \(RingKey.Use.allCases.map(\.rawValue).joined(separator: ", ")).")
            }
            let configuration = try Start.configuration()
            let installation = try await Start.installation(configuration, level: .warning)
            let overlap = installation.gate.clocks.accessToken + .minutes(5)
            // The other nodes read the ring every few seconds; verifiers elsewhere may keep the key set for five minutes.
            let publishFor: Duration = use == .passwordSealing || use == .auditSealing ? .minutes(1) : .minutes(10)
            let key = try await installation.gate.ring.rotate(use, publishFor: publishFor, overlap: overlap)
            await installation.close()
            print("Added \(key.id); it takes over at \(key.activatesAt.iso8601).")
        }
    }
}
