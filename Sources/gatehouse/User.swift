import Accounts
import ArgumentParser
import Core
import Credentials
import Identity
import SecurityEvents
import Server

/// `gatehouse user`.
struct User: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make and manage accounts.",
        subcommands: [
            Create.self, Invite.self, List.self, SetRole.self, Disable.self, Enable.self, Unlock.self,
            ResetMFA.self,
        ])

    /// `gatehouse user create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account.",
            discussion: "Asks for what is not given. The password is asked for, or read as a line from standard input.")

        @Option(help: "owner, admin, agent or lender.")
        var role: String

        @Option(help: "The address to sign in with.")
        var email: String?

        @Option(help: "First name.")
        var firstName: String?

        @Option(help: "Last name.")
        var lastName: String?

        func run() async throws {
            guard let role = Role(rawValue: role) else {
                throw ValidationError("--role must be owner, admin, agent or lender.")
            }
            guard let address = EmailAddress(email ?? Terminal.ask("E-mail: ")) else {
                throw ValidationError("This is no e-mail address.")
            }
            let first = firstName ?? Terminal.ask("First name: ")
            let last = lastName ?? Terminal.ask("Last name: ")
            guard PersonName.flaw(in: first) == nil, PersonName.flaw(in: last) == nil else {
                throw ValidationError("First and last name must have 1 to 100 characters and no line break.")
            }
            guard let password = Terminal.askForPassword() else { throw ValidationError("The passwords differ.") }
            let installation = try await Start.installation(try Start.configuration(), level: .warning)
            let applicant = Registration.Applicant(email: address, password: password, firstName: first, lastName: last)
            let outcome = try await installation.gate.registration.create(applicant, role: role, from: .commandLine)
            await installation.close()
            switch outcome {
            case .registered(let account): print("Made \(account.email.shown), \(account.role.rawValue).")
            case .emailTaken: throw ValidationError("There is an account with this address already.")
            case .closed, .verificationRequired: throw ValidationError("Registration is closed.")
            case .passwordRefused(let violations):
                let reasons = violations.map(installation.gate.registration.policy.explanation)
                throw ValidationError("This password cannot be used. " + reasons.joined(separator: " "))
            }
        }
    }

    /// `gatehouse user invite`.
    struct Invite: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link with which somebody makes their own account, once and within seven days.")

        @Option(help: "owner, admin, agent or lender.")
        var role: String

        @Option(help: "The address that the account must have.")
        var email: String

        func run() async throws {
            guard let role = Role(rawValue: role) else {
                throw ValidationError("--role must be owner, admin, agent or lender.")
            }
            guard let address = EmailAddress(email) else { throw ValidationError("This is no e-mail address.") }
            let configuration = try Start.configuration()
            let installation = try await Start.installation(configuration, level: .warning)
            let token = try await installation.gate.invitations.create(
                role: role, email: address, invitedBy: nil, from: .commandLine)
            await installation.close()
            print("\(configuration.publicURL)/invitation?token=\(token)")
        }
    }
}
