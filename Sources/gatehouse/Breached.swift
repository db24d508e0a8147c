import ArgumentParser
import Core
import Credentials
import Foundation
import Identity
import Server

/// `gatehouse breached`.
struct Breached: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep a filter of breached passwords on this machine, so that no other one has to be asked.",
        subcommands: [Import.self, Check.self])

    /// `gatehouse breached import`.
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the filter from the published list of SHA-1 hashes.",
            discussion: """
                The list is the one of Have I Been Pwned, ordered by hash: lines of 40 hexadecimal digits, a colon and \
                a count. An import that was interrupted continues when it is started again. A running server keeps the \
                filter that it has open; restart it to use the new one.
                """)

        @Argument(help: "The list.")
        var file: String

        @Option(help: "Where the filter goes. DATA_DIR/breached.filter if not given.")
        var to: String?

        func run() async throws {
            let path = try Breached.path(to)
            var display = ImportDisplay()
            do {
                try Breached.makeDirectory(of: path)
                let summary = try BreachFilter.Import(list: file, to: path).run { display.show($0) }
                display.end()
                let oneIn = Int((1 / summary.falsePositiveRate).rounded())
                print(
                    """
                    Made \(path): \(summary.entries) of \(summary.lines) lines, \(ImportDisplay.size(summary.bytes)).
                    About 1 in \(oneIn) passwords that were never breached will be refused as well.
                    """)
            } catch {
                display.end()
                Start.fail("Nothing was imported: \(Breached.explanation(of: error)).")
                throw ExitCode.failure
            }
        }
    }

    /// `gatehouse breached check`.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether the filter on this machine knows a password.",
            discussion: """
                The password is asked for, or read as a line from standard input. The exit status is 0 when it is not \
                known and 1 when it is; 2 when the filter cannot tell.
                """)

        @Option(help: "The filter. DATA_DIR/breached.filter if not given.")
        var filter: String?

        @Flag(help: "First read the whole filter and make sure that nothing in it is damaged.")
        var whole = false

        func run() async throws {
            let path = try Breached.path(filter)
            let verdict: BreachVerdict
            do {
                let filter = try BreachFilter(path: path)
                if whole { try filter.verify() }
                guard let typed = Terminal.askForPassword() else { throw ValidationError("The passwords differ.") }
                guard let password = Password(typed) else { throw ValidationError("This cannot be a password.") }
                verdict = await filter.verdict(on: password)
            } catch let failure as BreachFilter.Failure {
                verdict = .unavailable(reason: failure.description)
            }
            switch verdict {
            case .unknown: print("Not in the list.")
            case .found:
                print("In the list of breached passwords.")
                throw ExitCode(1)
            case .unavailable(let reason):
                Start.fail(reason)
                throw ExitCode(2)
            }
        }
    }

    /// The path that was given, or the one in the data directory.
    private static func path(_ given: String?) throws -> String {
        if let given { return given }
        return try Start.configuration().dataDirectory + "/breached.filter"
    }

    private static func makeDirectory(of path: String) throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        guard !FileManager.default.fileExists(atPath: directory) else { return }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    private static func explanation(of error: any Error) -> String {
        switch error {
        case let failure as BreachFilter.Import.Failure: failure.description
        case let failure as BreachFilter.Failure: failure.description
        default: "\(error.localizedDescription)"
        }
    }
}

/// How far an import is, on standard error: a bar that moves on a terminal, and elsewhere a line every ten per cent.
private struct ImportDisplay {
    private static let width = 30

    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let world = World.live
    private var shownPerMille: Int?
    private var first: (at: Timestamp, bytes: Int64)?

    mutating func show(_ progress: BreachFilter.Import.Progress) {
        let total = max(progress.bytesTotal, 1)
        let perMille = Int(Double(progress.bytesRead) / Double(total) * 1000)
        let begun = first ?? (world.now(), progress.bytesRead)
        first = begun
        let step = isTerminal ? 1 : 100
        guard shownPerMille.map({ perMille / step > $0 / step }) ?? true else { return }
        shownPerMille = perMille
        let sizes = "\(Self.size(progress.bytesRead)) of \(Self.size(progress.bytesTotal))"
        guard isTerminal else { return write("\(perMille / 10) %, \(sizes)\n") }
        let done = Self.width * min(perMille, 1000) / 1000
        let bar = String(repeating: "#", count: done) + String(repeating: ".", count: Self.width - done)
        // Erasing to the end of the line removes what a longer text left.
        write("\r[\(bar)] \(perMille / 10) %, \(sizes)\(left(progress, since: begun))\u{1B}[K")
    }

    /// Leaves the line of the bar.
    func end() {
        if isTerminal, shownPerMille != nil { write("\n") }
    }

    /// A size as people read it.
    static func size(_ bytes: Int64) -> String {
        let tenths: (unit: String, value: Int64) =
            bytes >= 1_000_000_000 ? ("GB", bytes / 100_000_000) : ("MB", bytes / 100_000)
        return "\(tenths.value / 10).\(tenths.value % 10) \(tenths.unit)"
    }

    private func left(_ progress: BreachFilter.Import.Progress, since begun: (at: Timestamp, bytes: Int64)) -> String {
        let milliseconds = world.now().milliseconds - begun.at.milliseconds
        let read = progress.bytesRead - begun.bytes
        guard milliseconds >= 2000, read > 0 else { return "" }
        let perByte = Double(milliseconds) / 1000 / Double(read)
        let seconds = Int(Double(progress.bytesTotal - progress.bytesRead) * perByte)
        return seconds >= 90 ? ", \(seconds / 60 + 1) min left" : ", \(seconds) s left"
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
