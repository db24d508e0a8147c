import Accounts
import ArgumentParser
import Core
import Foundation
import Identity
import SecurityEvents
import Server

/// `gatehouse audit`.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove the security log, and erase a person from it.", subcommands: [Verify.self, Erase.self])

    /// `gatehouse audit verify`.
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prove that no event was changed, removed, reordered, inserted or cut off.",
            discussion:
                "Exits with 1 when one was, and says which. docs/audit.md says what it cannot show without an anchor.")

        @Option(help: "The file that AUDIT_ANCHOR=file: writes, or what the webhook was sent.")
        var anchor: String?

        func run() async throws {
            var lines: [AnchorLine] = []
            if let anchor {
                guard let bytes = FileManager.default.contents(atPath: anchor) else {
                    throw ValidationError("The anchor's file cannot be read.")
                }
                lines = AnchorLine.lines(of: Array(bytes))
            }
            let anchored = lines
            var isWhole = false
            try await Start.working { installation in
                let began = ContinuousClock.now
                let report = try await installation.gate.audit.verification.verify(anchor: anchored)
                let taken = (ContinuousClock.now - began).milliseconds
                for finding in report.findings { Start.fail(finding.description) }
                let rate = Int64(report.events) * 1000 / max(taken, 1)
                print(
                    "\(report.events) events, sequence \(report.first) to \(report.last), \(taken) ms, \(rate) events/s"
                )
                print(report.isWhole ? "The log is whole." : "\(report.findings.count) findings.")
                isWhole = report.isWhole
            }
            if !isWhole { throw ExitCode.failure }
        }
    }

    /// `gatehouse audit erase`.
    struct Erase: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take addresses, browsers and details of a person out of the log, which stays provable.",
            discussion: "The account itself is left alone. The log keeps that something happened to it, and when.")

        @Argument(help: "The account's address, or its identity when the account is gone.")
        var person: String

        func run() async throws {
            try await Start.working { installation in
                let audit = installation.gate.audit
                var id = AccountID(person)
                if id == nil, let address = EmailAddress(person) {
                    id = try await installation.gate.team.account(address)?.id
                }
                guard let id else { throw ValidationError("There is no account with this address.") }
                let sealer = audit.sealer(sealFollowers: installation.sealFollowers)
                while try await sealer.seal().sealed == Sealer.batch {}
                print("\(try await audit.erasure.erase(id)) events were erased.")
            }
        }
    }
}
