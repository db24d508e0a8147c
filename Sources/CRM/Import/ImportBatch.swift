import Accounts
import Core
import Storage

/// Rows of a file that are written in one transaction, with what each is to become.
struct ImportBatch: Sendable {
    /// A row and the client that it is.
    struct Entry: Sendable {
        let row: FileRow
        var result: RowContent
        /// Of its content; `nil` when it cannot be imported.
        var forms: ClientForms?
        var keys: PersonKeys?
        /// What becomes of it.
        var fate = Fate.rejected
        /// The identity of the client that it becomes when the one that it is has just gone.
        var spareID: ClientID?
    }

    /// What becomes of a row.
    enum Fate: Sendable, Hashable {
        case rejected
        /// A client of its own, with that identity.
        case new(ClientID)
        /// It is that client, whom it may change.
        case update(ClientID)
        /// It has been put together with a row before it, in this batch.
        case joined
        case skipped
    }

    var entries: [Entry]

    /// The rows as `reading` has them.
    init(_ rows: [FileRow], reading: RowReading) {
        entries = rows.map { row in
            let result = reading.read(row.row)
            if result.isRejected { return Entry(row: row, result: result) }
            let forms = ClientForms(result.content, home: reading.edit.home)
            return Entry(row: row, result: result, forms: forms, keys: PersonKeys(forms, result.clientID))
        }
    }

    /// Those rows alone, to be tried again.
    init(_ entries: ArraySlice<Entry>) { self.entries = Array(entries) }

    /// Decides what becomes of each row, given who is `known`. Rows of the batch are known to those after them.
    mutating func decide(_ found: KnownPeople, _ reading: RowReading, _ world: World) {
        let (policy, merge) = (reading.options.duplicates, ImportMerge(reading))
        var known = found
        for index in entries.indices {
            entries[index].fate = .rejected
            guard let keys = entries[index].keys, !entries[index].result.isRejected else { continue }
            let match = policy == .add ? nil : known.match(keys)
            switch (match, policy) {
            case (nil, _):
                let id: ClientID = world.identifier()
                entries[index].fate = .new(id)
                known.add(keys, .row(index))
            case (.some, .skip), (.some, .add): entries[index].fate = .skipped
            case (.client(let id), .update):
                entries[index].fate = .update(id)
                entries[index].spareID = world.identifier()
                known.add(keys, .client(id))
            case (.row(let first), .update):
                let merged = merge.merged(entries[first].result.content, with: entries[index].result.content)
                guard merged.problems.isEmpty else {
                    entries[index].result.problems += merged.problems.map(reading.problem)
                    continue
                }
                entries[index].fate = merged.content == entries[first].result.content ? .skipped : .joined
                entries[index].result.problems += reading.remarks(merged.bounds)
                entries[first].result.content = merged.content
                entries[first].forms = ClientForms(merged.content, home: reading.edit.home)
                known.add(keys, .row(first))
            }
        }
    }

    /// Whose clients they become, and who shares them.
    var readers: Set<AccountID> {
        entries.reduce(into: []) { readers, entry in
            switch entry.fate {
            case .new, .update: readers.formUnion(ClientReaders.of(entry.result.content))
            case .rejected, .joined, .skipped: break
            }
        }
    }

    /// The clients that rows may change.
    var matched: Set<ClientID> {
        Set(
            entries.compactMap { entry in
                if case .update(let id) = entry.fate { return id }
                return nil
            })
    }
}
