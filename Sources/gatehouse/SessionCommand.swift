import Accounts
import ArgumentParser
import Core
import Identity
import SecurityEvents
import Server
import Sessions

/// `gatehouse session`.
struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Show and end sessions.", subcommands: [List.self, End.self])

    /// `gatehouse session list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show where somebody is signed in.")

        @Argument(help: "The account's address.")
        var email: String

        func run() async throws {
            try await Start.working { installation in
                let gate = installation.gate
                guard let address = EmailAddress(email), let account = try await gate.team.account(address) else {
                    throw ValidationError("There is no account with this address.")
                }
                for item in try await gate.openSessions.list(of: account.id) {
                    let session = item.session
                    let place = session.ip.flatMap { IPAddress($0) }.flatMap(gate.places.place)?.description ?? "-"
                    print(
                        "\(session.id)\tlast active \(item.lastActiveAt.iso8601)\tends \(item.expiresAt.iso8601)\t"
                            + "\(session.ip ?? "-")\t\(place)\t\(DeviceName(userAgent: session.userAgent).description)")
                }
            }
        }
    }

    /// `gatehouse session end`.
    struct End: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a session, or all of an account.",
            discussion: "A running server refuses the session within two seconds, or at once on PostgreSQL.")

        @Argument(help: "The session's identity, or an account's address for all of its sessions.")
        var sessionOrEmail: String

        func run() async throws {
            try await Start.working { installation in
                let gate = installation.gate
                if let id = SessionID(sessionOrEmail) {
                    guard try await gate.openSessions.end(id, from: .commandLine) else {
                        throw ValidationError("There is no such session open.")
                    }
                    print("Ended.")
                } else if let address = EmailAddress(sessionOrEmail), let account = try await gate.team.account(address)
                {
                    print("Ended \(try await gate.openSessions.endAll(of: account.id, by: nil, from: .commandLine)).")
                } else {
                    throw ValidationError("This is neither a session nor the address of an account.")
                }
            }
        }
    }
}
