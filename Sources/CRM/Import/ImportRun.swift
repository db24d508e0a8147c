import Accounts
import ContactFiles
import Core
import FileStorage
import Storage

/// One import on its way through its file: batch after batch, the next being read while one is written.
struct ImportRun {
    /// How long a batch may hold the writer: it is made larger or smaller by how long the last one took.
    private static let aim = Duration.milliseconds(50)
    private static let sizes = 16...2000
    private static let mostBytes = 2 * 1_048_576

    private let imports: ClientImports
    private var work: ClientImport
    private let plan: ImportPlan
    private let reader: ImportReader
    private let dates: DateReading
    private let hasOwners: Bool
    private var size = 200
    private var seen = SeenPeople()
    private var statistics: BookStatistics

    /// Goes to the place in the file where the import is; `nil` when it was stopped or taken over on the way.
    init?(_ imports: ClientImports, _ work: ClientImport, until shouldStop: @Sendable () -> Bool) async throws {
        self.imports = imports
        self.work = work
        statistics = BookStatistics(imports.database)
        plan = work.plan ?? ImportPlan()
        dates = imports.dates(work.options)
        let columns = ColumnMapping(dialect: plan.dialect, targets: plan.targets).columns(of: plan.header)
        hasOwners = work.kind == .vCard || columns.namePeople
        let reader = ImportReader(try imports.files.open(work.id), work.kind, dates: dates)
        let people = PersonReader(columns: columns, dates: dates, orders: plan.orders)
        try await imports.thread.run {
            _ = try reader.begin()
            reader.read(with: people)
        }
        self.reader = reader
        var left = work.counts.position
        while left > 0 {
            let count = min(left, imports.rowsBetweenWords)
            guard try await imports.thread.run({ try reader.skip(count) }) == count else { break }
            left -= count
            guard try await imports.goesOn(work.id, until: shouldStop) else { return nil }
        }
    }

    /// Works until the file is through, or until `shouldStop` says so.
    mutating func toEnd(until shouldStop: @Sendable () -> Bool) async throws {
        guard var reading = try await readingNow() else { return }
        let (reader, thread) = (reader, imports.thread)
        var next = try await Self.batch(size, of: reader, reading, on: thread)
        while !next.entries.isEmpty {
            if shouldStop() { return try await imports.release(work.id) }
            // Beside the writing; by the people, stages and fields that there were a moment ago.
            let (size, before) = (size, reading)
            async let following = Self.batch(size, of: reader, before, on: thread)
            let isWritten = try await write(next, reading, until: shouldStop)
            next = try await following
            guard isWritten, let renewed = try await readingNow() else { return }
            reading = renewed
            await statistics.renew(after: work.counts.imported)
        }
        await statistics.finish(after: work.counts.imported)
        try await imports.end(work.id, .completed)
    }

    /// How rows are read by now; `nil` when the importer may not import any more, which ends the import.
    private func readingNow() async throws -> RowReading? {
        let (work, hasOwners) = (work, hasOwners)
        let context = try await imports.database.read { session in
            try ImportContext(of: work, hasOwners: hasOwners, in: session)
        }
        guard let scope = context.scope else {
            try await imports.end(work.id, .cancelled, because: context.refusal)
            return nil
        }
        return RowReading(
            work, plan, context, scope: scope, edit: imports.edit(scope, context, of: work), dates: dates)
    }

    private static func batch(
        _ size: Int, of reader: ImportReader, _ reading: RowReading, on thread: FileThread
    ) async throws -> ImportBatch {
        try await thread.run { ImportBatch(try reader.rows(size, upTo: Self.mostBytes), reading: reading) }
    }

    /// Writes a batch, and each half of it by itself where the database refuses it as a whole. `false` when the import is over.
    private mutating func write(
        _ read: ImportBatch, _ reading: RowReading, until shouldStop: @Sendable () -> Bool
    ) async throws -> Bool {
        do {
            return try await writeWhole(read, reading, until: shouldStop)
        } catch let error as StorageError {
            switch error {
            case .unavailable, .overloaded, .timedOut, .migrationRefused: throw error
            case .constraintViolated, .unexpectedColumn, .failed: break
            }
            guard read.entries.count > 1 else {
                var alone = read
                alone.entries[0].result.problems.append(
                    RowProblem(
                        column: nil, code: "not_stored", message: "The database refused this row.", isRejection: true))
                return try await writeWhole(alone, reading, until: shouldStop)
            }
            let middle = read.entries.count / 2
            guard try await write(ImportBatch(read.entries[..<middle]), reading, until: shouldStop) else {
                return false
            }
            return try await write(ImportBatch(read.entries[middle...]), reading, until: shouldStop)
        }
    }

    /// How often a batch is read anew because people have left or changed their roles meanwhile.
    private static let mostReadings = 10

    private mutating func writeWhole(
        _ given: ImportBatch, _ before: RowReading, until shouldStop: @Sendable () -> Bool
    ) async throws -> Bool {
        var (read, reading) = (given, before)
        for _ in 0..<Self.mostReadings {
            let batch = try await decided(read, reading)
            let (work, lease, current) = (work, imports.lease, reading)
            let start = ContinuousClock.now
            let ending = try await imports.database.transaction { session in
                try batch.write(work, lease: lease, current, in: session)
            }
            switch ending {
            case .written(let counts):
                adjust(ContinuousClock.now - start, batch.entries.count)
                if work.options.isDryRun { seen.add(batch) }
                self.work.counts = counts
                return true
            case .lost: return false
            case .peopleChanged:
                guard let renewed = try await readingNow() else { return false }
                (read, reading) = (ImportBatch(read.entries.map(\.row), reading: renewed), renewed)
            }
            if shouldStop() { break }
        }
        // The next worker goes on with these rows.
        try await imports.release(work.id)
        return false
    }

    /// The batch with what becomes of each of its rows.
    private func decided(_ read: ImportBatch, _ reading: RowReading) async throws -> ImportBatch {
        let keys = read.entries.compactMap(\.keys)
        let scope = reading.scope
        var known = KnownPeople()
        if reading.options.duplicates != .add {
            let seen = seen
            known = try await imports.database.read { session in
                var known = KnownPeople()
                try known.find(keys, for: scope, in: session)
                seen.add(to: &known, of: keys)
                return known
            }
        }
        var batch = read
        batch.decide(known, reading, imports.world)
        return batch
    }

    private mutating func adjust(_ taken: Duration, _ count: Int) {
        guard count >= Self.sizes.lowerBound else { return }
        let factor = min(2, max(0.5, Self.aim / max(taken, .milliseconds(1))))
        size = min(max(Int(Double(size) * factor), Self.sizes.lowerBound), Self.sizes.upperBound)
    }
}

/// The people of a dry run, which writes none down: hashes of what they are known by, up to a bound. Beyond it, people who stand in the file twice
/// are not told.
struct SeenPeople: Sendable {
    private static let most = 1_000_000

    private var hashes: Set<Int> = []

    mutating func add(_ batch: ImportBatch) {
        for entry in batch.entries where hashes.count < Self.most {
            guard let keys = entry.keys, case .new = entry.fate else { continue }
            for email in keys.emails { hashes.insert(email.hashValue) }
            for number in keys.numbers { hashes.insert(number.hashValue) }
        }
    }

    /// Tells of those among `keys` who were seen.
    func add(to known: inout KnownPeople, of keys: [PersonKeys]) {
        guard !hashes.isEmpty else { return }
        for keys in keys where isSeen(keys) { known.add(keys, .client(ClientID(high: 0, low: 0))) }
    }

    private func isSeen(_ keys: PersonKeys) -> Bool {
        keys.emails.contains { hashes.contains($0.hashValue) }
            || keys.numbers.contains { hashes.contains($0.hashValue) }
    }
}
