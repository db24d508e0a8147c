package import Accounts
import ContactFiles
import Core
import Storage

extension ClientImports {
    /// The rows that were not imported, as a CSV to be mended and imported again; `nil` when `scope` sees no such import.
    package func rejectedRows(_ scope: Scope, _ id: ImportID) async throws -> RejectedRows? {
        let work = try await database.read { session in try Self.find(scope, id, in: session) }
        guard let work else { return nil }
        let header = work.kind == .csv ? work.plan?.header ?? [] : OwnColumns().header
        return RejectedRows(database: database, id: id, columns: header)
    }

    /// Removes what is older than an import is kept, and files that belong to none.
    package func purge() async throws {
        let due = world.now() - ClientImport.kept
        let old: [ImportID] = try await database.rows(
            """
            SELECT id FROM client_import
            WHERE created_at <= \(due) AND finished_at <= \(due) AND status NOT IN ('queued', 'running')
            """
        ).map { try $0.get("id") }
        for id in old {
            try await database.transaction { try $0.run("DELETE FROM client_import WHERE id = \(id)") }
        }
        for id in files.ids(before: world.now() - .days(1)) {
            let isOpen = try await database.rows(
                "SELECT id FROM client_import WHERE id = \(id) AND status IN ('queued', 'running')")
            if isOpen.isEmpty {
                files.remove(id)
                files.discard(id)
            }
        }
    }
}

/// The lines of rejected rows, a page at a time.
package struct RejectedRows: AsyncSequence, Sendable {
    private static let pageSize = 200

    let database: any Database
    let id: ImportID
    let columns: [String]

    /// Begins with the header.
    package func makeAsyncIterator() -> Iterator { Iterator(rows: self) }

    /// Goes on after the last row of the page before.
    package struct Iterator: AsyncIteratorProtocol {
        private let rows: RejectedRows
        private var last: Int64?
        private var isOver = false

        init(rows: RejectedRows) { self.rows = rows }

        /// The lines of the next page; `nil` after the last.
        package mutating func next() async throws -> [UInt8]? {
            guard !isOver else { return nil }
            var csv = CSVWriter()
            if last == nil { csv.line(ReturnedRows.header(rows.columns)) }
            let found = try await rows.database.rows(
                """
                SELECT number, problems, cells FROM client_import_row
                WHERE import_id = \(rows.id) AND is_rejected = 1 AND number > \(last ?? 0)
                ORDER BY number LIMIT \(RejectedRows.pageSize)
                """)
            for row in found {
                let number: Int64 = try row.get("number")
                let problems = try StoredJSON.read([RowProblem].self, try row.get("problems"))
                let cells = try StoredList<String>(stored: try row.get("cells")).elements()
                csv.line(
                    ReturnedRows.line(
                        row: Int(number), problem: Self.words(problems), cells: cells, header: rows.columns))
                last = number
            }
            last = last ?? 0
            isOver = found.count < RejectedRows.pageSize
            return csv.takeBytes()
        }

        private static func words(_ problems: [RowProblem]) -> String {
            problems.filter(\.isRejection).map { problem in
                (problem.column.map { "\($0): " } ?? "") + problem.message
            }.joined(separator: " ")
        }
    }
}
