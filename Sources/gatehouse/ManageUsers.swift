import Accounts
import ArgumentParser
import Core
import Identity
import SecurityEvents
import Server

extension User {
    /// `gatehouse user list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show every account.")

        func run() async throws {
            try await Start.working { installation in
                for account in try await installation.gate.team.list() {
                    let verified = account.emailVerifiedAt == nil ? "unproven" : "proven"
                    print(
                        "\(account.id)\t\(account.role.rawValue)\t\(account.status.rawValue)\t\(verified)\t"
                            + "\(account.email.shown)\t\(account.firstName) \(account.lastName)")
                }
            }
        }
    }

    /// `gatehouse user role`.
    struct SetRole: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Give an account another role; its sessions end.")

        @Argument(help: "The account's address.")
        var email: String

        @Argument(help: "owner, admin, agent or lender.")
        var role: String

        func run() async throws {
            guard let role = Role(rawValue: role) else {
                throw ValidationError("The role must be owner, admin, agent or lender.")
            }
            try await Self.change(email) { gate, id in
                try await gate.team.setRole(.operatorShell, of: id, to: role, from: .commandLine)
            }
        }
    }

    /// `gatehouse user disable`.
    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Switch an account off; its sessions end.")

        @Argument(help: "The account's address.")
        var email: String

        func run() async throws {
            try await SetRole.change(email) { gate, id in
                try await gate.team.setStatus(.operatorShell, of: id, to: .disabled, from: .commandLine)
            }
        }
    }

    /// `gatehouse user enable`.
    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Switch an account on again.")

        @Argument(help: "The account's address.")
        var email: String

        func run() async throws {
            try await SetRole.change(email) { gate, id in
                try await gate.team.setStatus(.operatorShell, of: id, to: .active, from: .commandLine)
            }
        }
    }

    /// `gatehouse user unlock`.
    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lift a lock of sign-in before its time.")

        @Argument(help: "The account's address.")
        var email: String

        func run() async throws {
            try await SetRole.change(email) { gate, id in
                try await gate.team.unlock(.operatorShell, id, from: .commandLine)
            }
        }
    }
}

extension User {
    /// `gatehouse user reset-mfa`.
    struct ResetMFA: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-mfa",
            abstract: "Take every second factor of an account away at once; its sessions end and its owner is told.",
            discussion:
                "For the last owner, whom nobody else can help. For others an admin starts a recovery that waits.")

        @Argument(help: "The account's address.")
        var email: String

        func run() async throws {
            try await SetRole.change(email) { gate, id in
                try await gate.teamFactorRecovery.removeAll(of: id, from: .commandLine)
            }
        }
    }
}

extension User.SetRole {
    /// Changes the account of that address and says what it is now.
    static func change(
        _ email: String, _ change: (Gate, AccountID) async throws -> Team.Outcome
    ) async throws {
        try await Start.working { installation in
            let gate = installation.gate
            guard let address = EmailAddress(email), let account = try await gate.team.account(address) else {
                throw ValidationError("There is no account with this address.")
            }
            switch try await change(gate, account.id) {
            case .done(let now): print("\(now.email.shown): \(now.role.rawValue), \(now.status.rawValue).")
            case .lastOwner:
                throw ValidationError("There must be an owner who can sign in. Make somebody else an owner first.")
            case .notFound, .forbidden: throw ValidationError("This account cannot be changed.")
            }
        }
    }
}

extension Start {
    /// Runs `work` on the program's data, and lets go of them whatever comes of it.
    static func working(_ work: (Installation) async throws -> Void) async throws {
        let installation = try await Start.installation(try Start.configuration(), level: .warning)
        do {
            try await work(installation)
        } catch {
            await installation.close()
            throw error
        }
        await installation.close()
    }
}
