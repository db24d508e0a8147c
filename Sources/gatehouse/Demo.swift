import Accounts
import ArgumentParser
import CRM
import Core
import Identity
import SecurityEvents
import Server
import Work

/// `gatehouse serve --demo`.
enum Demo {
    private static let address = "owner@example.com"

    /// Fills an empty installation, and says how to use it.
    static func prepare(_ installation: Installation) async throws -> String {
        let origin = installation.configuration.publicURL
        guard let email = EmailAddress(address), let password = makePassword(installation.world) else {
            throw ExitCode.failure
        }
        guard try await installation.gate.hasNoAccount() else {
            return """

                The demo data is there already. The owner \(address) has the password that was printed at the first start;
                to start afresh, stop the server and delete \(installation.configuration.dataDirectory).
                """
        }
        let owner = Registration.Applicant(email: email, password: password, firstName: "Olivia", lastName: "Owner")
        guard
            case .registered(let account) = try await installation.gate.registration.create(
                owner, role: .owner, from: .commandLine)
        else { throw ExitCode.failure }
        let agents = try await hireAgents(installation, password: password)
        let clients = try await installation.book.seedDemo(assignedTo: agents.map(\.userID))
        let scope = Scope(userID: account.id, sessionID: installation.world.identifier(), role: .owner)
        let made = try await installation.demoWeek.fill(owner: scope, agents: agents)
        return """

            Demo data: a brokerage of four agents in the middle of a working week, with \(clients) clients, \(made.tasks) tasks,
            \(made.appointments) appointments, \(made.listings) listings and \(made.deals) deals.

              address   \(origin)
              owner     \(address)
              agents    \(agentNames.map { "\($0.lowercased())@example.com" }.joined(separator: ", ")) (the same password)
              password  \(password)

            Sign in, then ask for the clients:

              curl -sS -X POST \(origin)/v1/auth/login -H 'Content-Type: application/json' \\
                -d '{"email":"\(address)","password":"\(password)"}' -c cookies.txt

              curl -sS \(origin)/v1/clients -H 'Authorization: Bearer ACCESS_TOKEN' -b cookies.txt

            ACCESS_TOKEN is the accessToken of the first answer; it counts for 15 minutes. Get the next one with

              curl -sS -X POST \(origin)/v1/auth/refresh -H 'Origin: \(origin)' -b cookies.txt -c cookies.txt
            """
    }

    private static let agentNames = ["Ana", "Ben", "Carla", "Dan"]

    /// Makes the agents of the demo.
    private static func hireAgents(_ installation: Installation, password: String) async throws -> [Scope] {
        var agents: [Scope] = []
        for name in agentNames {
            guard let email = EmailAddress("\(name.lowercased())@example.com") else { throw ExitCode.failure }
            let agent = Registration.Applicant(email: email, password: password, firstName: name, lastName: "Agent")
            guard
                case .registered(let account) = try await installation.gate.registration.create(
                    agent, role: .agent, from: .commandLine)
            else { throw ExitCode.failure }
            agents.append(
                Scope(userID: account.id, sessionID: installation.world.identifier(), role: .agent))
        }
        return agents
    }

    /// Four groups of five random letters and digits, with one of each kind that the policy asks for; over 100 bits.
    private static func makePassword(_ world: World) -> String? {
        let alphabet = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)
        let letters = world.randomBytes(64).filter { $0 < 248 }.map { alphabet[Int($0) % alphabet.count] }
        guard letters.count >= 20 else { return nil }
        let groups = stride(from: 0, to: 20, by: 5).map { String(decoding: letters[$0..<$0 + 5], as: UTF8.self) }
        return "G7-" + groups.joined(separator: "-")
    }
}
