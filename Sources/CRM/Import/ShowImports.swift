package import Accounts
import ContactFiles
package import Core
import Storage

/// How a request for the list of imports ended.
package enum ListImportsOutcome: Sendable {
    /// The imports, newest first, as a ``JSONWriter`` that holds them one after the other, and where the next page starts.
    case page(JSONWriter, nextCursor: String?)
    case invalidCursor
}

extension ClientImports {
    /// How many rows with problems, and clients that an undo kept, are shown at most.
    private static let shownRows = 100

    /// The imports that `scope` sees, newest first.
    package func listJSON(_ scope: Scope, limit: Int = 20, cursor: String? = nil) async throws -> ListImportsOutcome {
        let binding = CursorBinding(list: "imports", reader: scope.userID, facts: [])
        var start: SQL = ""
        if let cursor {
            guard let position = book.cursors.open(cursor, for: binding), position.count == 2 else {
                return .invalidCursor
            }
            start = "AND (created_at, id) < (\(position[0]), \(position[1]))"
        }
        let rows = try await database.rows(
            """
            SELECT \(ClientImport.columns) FROM client_import WHERE \(ClientImport.isReached(by: scope)) \(start)
            ORDER BY created_at DESC, id DESC LIMIT \(limit + 1)
            """)
        var json = JSONWriter(capacity: rows.count * 768)
        var last: [SQLValue] = []
        for row in rows.prefix(limit) {
            let work = try ClientImport(row)
            json.object { work.writeMembers(to: &$0) }
            last = [work.createdAt.sqlValue, work.id.sqlValue]
        }
        return .page(json, nextCursor: rows.count > limit ? book.cursors.seal(last, for: binding) : nil)
    }

    /// One import with its plan, its first rows and what is wrong with some; `nil` when there is none that `scope` sees.
    package func showJSON(_ scope: Scope, _ id: ImportID) async throws -> JSONWriter? {
        try await database.read { session in
            guard let work = try Self.find(scope, id, in: session) else { return nil }
            let rejected = try Self.notes(id, isRejected: true, in: session)
            let warned = try Self.notes(id, isRejected: false, in: session)
            let kept = try session.rows(
                """
                SELECT client_import_kept.client_id, name, fields FROM client_import_kept CROSS JOIN client
                WHERE import_id = \(id) AND client.id = client_import_kept.client_id
                    AND \(ClientVisibility(scope).ofOne)
                ORDER BY client_import_kept.client_id LIMIT \(Self.shownRows)
                """)
            var json = JSONWriter(capacity: 4096)
            try json.object { object in
                work.writeMembers(to: &object)
                work.writePlan(to: &object)
                object.key("rejectedRows")
                object.array { list in rejected.forEach { $0.write(to: &list) } }
                object.key("warnedRows")
                object.array { list in warned.forEach { $0.write(to: &list) } }
                object.key("keptClients")
                try object.array { list in
                    for row in kept {
                        try list.object { client in
                            client.member("id", try row.get("client_id", as: ClientID.self))
                            client.member("name", try row.get("name", as: String.self))
                            client.key("fields")
                            client.json(trusted: try row.get("fields", as: String.self))
                        }
                    }
                }
            }
            return json
        }
    }

    static func find(_ scope: Scope, _ id: ImportID, in session: any SQLSession) throws -> ClientImport? {
        try session.row(
            "SELECT \(ClientImport.columns) FROM client_import WHERE id = \(id) AND \(ClientImport.isReached(by: scope))"
        ).map(ClientImport.init)
    }

    private struct Note {
        let number: Int64
        let line: Int64
        let problems: [RowProblem]

        func write(to writer: inout JSONWriter) {
            writer.object { object in
                object.member("row", number)
                object.member("line", line)
                object.key("problems")
                object.array { list in problems.forEach { $0.write(to: &list) } }
            }
        }
    }

    private static func notes(_ id: ImportID, isRejected: Bool, in session: any SQLSession) throws -> [Note] {
        try session.rows(
            """
            SELECT number, line, problems FROM client_import_row WHERE import_id = \(id) AND is_rejected = \(isRejected)
            ORDER BY number LIMIT \(shownRows)
            """
        ).map { row in
            Note(
                number: try row.get("number"), line: try row.get("line"),
                problems: try StoredJSON.read([RowProblem].self, try row.get("problems")))
        }
    }
}

extension ImportCounts {
    /// What is to be known of rows with problems that are more than are kept.
    fileprivate var unnoted: String? {
        let more = rejected + warned - noted
        guard more > 0 else { return nil }
        let most = "\(ImportBatch.mostNoted) such rows or \(ImportBatch.mostNotedBytes / 1_048_576) MB of them"
        return
            "\(more) more rows had problems. They are counted only: the reasons, and rejected rows, are kept of \(most)."
    }
}

extension ClientImport {
    /// Writes how far the import is, as the API shows it in lists too.
    func writeMembers(to object: inout JSONWriter) {
        object.member("id", id)
        object.member("status", status.rawValue)
        object.member("reason", reason)
        object.member("userId", userID)
        object.member("kind", kind == .csv ? "csv" : "vcard")
        object.member("fileName", options.fileName)
        object.member("fileSize", fileSize)
        object.member("dryRun", options.isDryRun)
        object.member("duplicatePolicy", options.duplicates.rawValue)
        object.member("total", total)
        object.member("read", counts.position)
        object.member("imported", counts.imported)
        object.member("duplicates", counts.updated + counts.skipped)
        object.member("updated", counts.updated)
        object.member("skipped", counts.skipped)
        object.member("rejected", counts.rejected)
        object.member("warnings", counts.warned)
        object.member("createdAt", createdAt)
        object.member("startedAt", startedAt)
        object.member("finishedAt", finishedAt)
        object.member("undoableUntil", finishedAt.map { $0 + Self.kept })
        object.key("undo")
        guard let undo else { return object.null() }
        object.object { member in
            member.member("userId", undo.by)
            member.member("removed", undo.removed)
            member.member("restored", undo.restored)
            member.member("kept", undo.kept)
        }
    }

    /// Writes what the first look at the file has told.
    func writePlan(to object: inout JSONWriter) {
        let plan = plan ?? ImportPlan()
        func texts(_ name: StaticString, _ list: [String]) {
            object.key(name)
            object.array { array in list.forEach { array.string($0) } }
        }
        object.member("dialect", self.plan == nil ? nil : kind == .vCard ? "vcard" : plan.dialect.rawValue)
        object.member("encoding", plan.encoding)
        object.member("delimiter", plan.delimiter)
        object.member("mappingRemembered", plan.isRemembered)
        object.key("mapping")
        object.object { mapping in
            for (column, target) in plan.targets.sorted(by: { $0.key < $1.key }) {
                mapping.key(text: column)
                mapping.string(target.name)
            }
        }
        texts("unknownColumns", plan.unknownColumns)
        texts("undecidedDates", plan.undecidedDates)
        texts("notes", plan.notes + [counts.unnoted].compactMap { $0 })
        object.key("preview")
        object.array { list in plan.preview.forEach { list.json(trusted: $0) } }
    }
}
