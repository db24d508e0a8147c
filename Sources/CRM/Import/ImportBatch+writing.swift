import Accounts
import ContactFiles
import Core
import Storage

extension ImportBatch {
    /// How the writing of a batch ended.
    enum Ending: Sendable {
        case written(ImportCounts)
        /// Whoever imports has left or got another role a moment ago, or somebody who was to get clients has left: read the people again.
        case peopleChanged
        /// The import is not this worker's any more, or was stopped.
        case lost
    }

    /// Writes the batch and how far the import is with it, unless the import was stopped or taken over.
    ///
    /// The importer and all who get clients are held until the transaction ends: somebody who leaves at this moment leaves before it or after it,
    /// and no client stays theirs.
    func write(
        _ work: ClientImport, lease: ImportLease, _ reading: RowReading, in session: any SQLSession
    ) throws -> Ending {
        guard try lease.hold(work, in: session) else { return .lost }
        let people = readers.union([work.userID])
        let list = people.sorted().map { "\($0)" as SQL }.joined(separator: ", ")
        let active = try session.rows(
            "SELECT id, role FROM account WHERE id IN (\(list)) AND status = 'active' ORDER BY id \(.forUpdate)")
        let importer = try active.first { try $0.get("id") == work.userID }
        guard active.count == people.count, try importer?.get("role") == reading.scope.role.rawValue else {
            return .peopleChanged
        }
        var (batch, counts) = (self, work.counts)
        if !work.options.isDryRun { try batch.writeClients(reading, in: session) }
        batch.count(&counts)
        try batch.note(work.id, &counts, in: session)
        try lease.save(work.id, counts, in: session)
        return .written(counts)
    }

    private mutating func writeClients(_ reading: RowReading, in session: any SQLSession) throws {
        try lookAgain(reading, in: session)
        try findRelations(reading, in: session)
        try ClientWriting.perform(in: session, reading.edit) { writing in
            try update(&writing, reading, in: session)
            try settleStages(reading, in: session)
            try writing.insert(
                all: entries.compactMap { entry in
                    guard case .new(let id) = entry.fate, let forms = entry.forms else { return nil }
                    var stamp = ClientStamp(now: reading.edit.now)
                    if let createdAt = entry.result.createdAt {
                        (stamp.createdAt, stamp.lastActivityAt) = (createdAt, createdAt)
                    }
                    stamp.lastActivityAt = max(stamp.lastActivityAt, entry.result.lastActivityAt ?? stamp.createdAt)
                    return NewClient(id: id, content: entry.result.content, forms: forms, stamp: stamp)
                })
        }
    }

    /// Asks once more who is new: somebody may have made a client of them since the batch was read.
    private mutating func lookAgain(_ reading: RowReading, in session: any SQLSession) throws {
        let policy = reading.options.duplicates
        guard policy != .add else { return }
        let new = entries.filter { if case .new = $0.fate { true } else { false } }
        var known = KnownPeople()
        try known.find(new.compactMap(\.keys), for: reading.scope, in: session)
        for index in entries.indices {
            guard case .new(let id) = entries[index].fate, let keys = entries[index].keys,
                case .client(let client) = known.match(keys)
            else { continue }
            entries[index].fate = policy == .update ? .update(client) : .skipped
            entries[index].spareID = id
        }
    }

    /// The clients that rows are, held until the transaction ends. Who was merged since the batch was read is the client that answers for them.
    private mutating func hold(_ reading: RowReading, in session: any SQLSession) throws -> [Client] {
        func held(_ ids: Set<ClientID>) throws -> [Client] {
            guard !ids.isEmpty else { return [] }
            let list = ids.sorted().map { "\($0)" as SQL }.joined(separator: ", ")
            return try session.rows(
                """
                SELECT \(Client.columns) FROM client
                WHERE id IN (\(list)) AND \(ClientVisibility(reading.scope).ofOne) ORDER BY id \(.forUpdate)
                """
            ).map(Client.init)
        }
        let clients = try held(matched)
        let gone = matched.subtracting(clients.map(\.id)).sorted()
        let winners = Dictionary(
            uniqueKeysWithValues: zip(gone, try ClientAlias.targets(of: gone, in: session)).filter { $0 != $1 })
        guard !winners.isEmpty else { return clients }
        for index in entries.indices {
            guard case .update(let id) = entries[index].fate, let winner = winners[id] else { continue }
            entries[index].fate = .update(winner)
        }
        return try held(matched)
    }

    /// Changes the clients that rows are, each once.
    private mutating func update(
        _ writing: inout ClientWriting, _ reading: RowReading, in session: any SQLSession
    ) throws {
        let clients = try hold(reading, in: session)
        let merge = ImportMerge(reading)
        for client in clients {
            let before = try ClientContent(client)
            var after = before
            for index in entries.indices where entries[index].fate == .update(client.id) {
                let merged = merge.merged(after, with: entries[index].result.content)
                if merged.problems.isEmpty {
                    if merged.content == after { entries[index].fate = .skipped }
                    entries[index].result.problems += reading.remarks(merged.bounds)
                    after = merged.content
                } else {
                    entries[index].result.problems += merged.problems.map(reading.problem)
                    entries[index].fate = .rejected
                }
            }
            if after != before { _ = try writing.update(client.id, at: client.version, from: before, to: after) }
        }
        // Who has been thrown away in this moment is no duplicate any more.
        let there = Set(clients.map(\.id))
        for index in entries.indices {
            guard case .update(let id) = entries[index].fate, !there.contains(id) else { continue }
            entries[index].fate = entries[index].spareID.map(Fate.new) ?? .skipped
        }
    }

    /// Gives new clients the stages that there are, in their spelling, and makes those that there are not, up to the most that there may be.
    private mutating func settleStages(_ reading: RowReading, in session: any SQLSession) throws {
        let known = Set(reading.context.stages.values)
        let new = entries.indices.filter { if case .new = entries[$0].fate { true } else { false } }
        guard new.contains(where: { !known.contains(entries[$0].result.content.stage) }) else { return }
        // Two imports count one after the other.
        _ = try session.rows("SELECT name FROM client_stage ORDER BY position, name LIMIT 1 \(.forUpdate)")
        let all = try StageTable.all(in: session)
        var stages = Dictionary(all.map { (SearchText.fold($0), $0) }) { first, _ in first }
        var made: [String] = []
        for index in new {
            let given = entries[index].result.content.stage
            let name = SearchText.fold(given)
            if stages[name] == nil {
                guard all.count + made.count < ImportContext.mostStages else {
                    entries[index].result.content.stage = reading.standardStage
                    entries[index].result.problems.append(reading.noStage(given))
                    continue
                }
                stages[name] = given
                made.append(given)
            }
            entries[index].result.content.stage = stages[name] ?? given
        }
        try StageTable.add(made, in: session)
    }

    private func count(_ counts: inout ImportCounts) {
        counts.position += Int64(entries.count)
        for entry in entries {
            switch entry.fate {
            case .rejected: counts.rejected += 1
            case .new: counts.imported += 1
            case .update, .joined: counts.updated += 1
            case .skipped: counts.skipped += 1
            }
            if entry.fate != .rejected, !entry.result.problems.isEmpty { counts.warned += 1 }
        }
    }

    /// Most rows with problems that are kept of one import, and their most bytes; further ones are only counted.
    static let mostNoted = 100_000
    static let mostNotedBytes = 64 * 1_048_576

    private func note(_ id: ImportID, _ counts: inout ImportCounts, in session: any SQLSession) throws {
        var values: [SQL] = []
        for entry in entries where entry.fate == .rejected || !entry.result.problems.isEmpty {
            guard counts.noted < Self.mostNoted, counts.notedBytes < Self.mostNotedBytes else { break }
            let problems = try StoredJSON.text(entry.result.problems)
            let cells = entry.fate == .rejected ? StoredList(entry.row.cells).json : "[]"
            counts.noted += 1
            counts.notedBytes += Int64(problems.utf8.count + cells.utf8.count)
            values.append(
                """
                (\(id), \(entry.row.number), \(entry.row.row.line), \(entry.fate == .rejected), \(problems), \(cells))
                """)
        }
        for start in stride(from: 0, to: values.count, by: 32) {
            let part = values[start..<min(start + 32, values.count)]
            try session.run(
                """
                INSERT INTO client_import_row (import_id, number, line, is_rejected, problems, cells)
                VALUES \(part.joined(separator: ", "))
                """)
        }
    }
}

extension FileRow {
    /// The cells that are given back to be mended; of a vCard those of our own CSV.
    var cells: [String] { line?.cells ?? OwnColumns().cells(of: row.person) }
}

extension ImportMerge {
    init(_ reading: RowReading) {
        self.init(edit: reading.edit, mayAssign: reading.scope.role.seesEverything)
    }
}

extension StageTable {
    /// Adds stages behind those that there are.
    static func add(_ names: [String], in session: any SQLSession) throws {
        for name in names {
            try session.run(
                """
                INSERT INTO client_stage (name, position)
                SELECT \(name), COALESCE(MAX(position), 0) + 1 FROM client_stage WHERE 1 = 1
                ON CONFLICT (name) DO NOTHING
                """)
        }
    }
}
