package import Accounts
package import ContactFiles
import Core
import FileStorage
package import SecurityEvents
import Storage

/// How the wish to import a file ended.
package enum BeginImportOutcome: Sendable, Hashable {
    /// It waits for its turn.
    case queued(ImportID)
    /// What is wrong with the options, or with the file as a whole.
    case invalid([FieldProblem])
    /// The role does not make clients.
    case forbidden
    /// As many imports of this person are under way as may be.
    case tooMany
}

/// A file on its way in: written piece by piece, then begun or let go.
package struct ImportUpload: Sendable {
    let id: ImportID
    let file: OpenFile
    let thread: FileThread

    /// Adds bytes at the end of the file.
    package func append(_ bytes: [UInt8]) async throws { try await thread.run { try file.append(bytes.span) } }
}

extension ClientImports {
    /// What stands against an import by `scope`, before a byte of its file is read; `nil` when nothing does.
    package func refusal(_ scope: Scope, _ options: ImportOptions) async throws -> BeginImportOutcome? {
        guard scope.role.createsClients else { return .forbidden }
        return try await database.read { session in
            if try Self.hasTooMany(scope, in: session) { return .tooMany }
            let problems = try Self.problems(scope, options, in: session)
            return problems.isEmpty ? nil : .invalid(problems)
        }
    }

    private static func hasTooMany(_ scope: Scope, in session: any SQLSession) throws -> Bool {
        let open = try session.row(
            """
            SELECT COUNT(*) AS n FROM client_import WHERE status IN ('queued', 'running') AND user_id = \(scope.userID)
            """)
        return try open?.get("n") ?? 0 >= mostOpen
    }

    /// An empty file, to which the upload is written.
    package func upload() async throws -> ImportUpload {
        let (id, thread): (ImportID, FileThread) = (world.identifier(), FileThread(label: "gatehouse.import"))
        let files = files
        return ImportUpload(id: id, file: try await thread.run { try files.create(id) }, thread: thread)
    }

    /// Lets go of an upload that did not come to its end.
    package func discard(_ upload: ImportUpload) { files.discard(upload.id) }

    /// Puts the whole upload into the queue.
    package func begin(
        _ scope: Scope, _ options: ImportOptions, _ kind: ContactFileKind, _ upload: ImportUpload,
        from source: RequestSource
    ) async throws -> BeginImportOutcome {
        let (id, files) = (upload.id, files)
        let dates = dates(options)
        let (problems, size) = try await upload.thread.run {
            try upload.file.synchronize()
            try files.keep(id)
            let file = try files.open(id)
            let found = try ImportReader(file, kind, dates: dates).begin()
            return (Self.problems(found.header, found.refusal, kind, options), try file.size)
        }
        guard problems.isEmpty else {
            files.remove(id)
            return .invalid(problems)
        }
        let now = world.now()
        let event = event(.dataImportStarted, id, user: scope.userID, session: scope.sessionID, from: source)
        let text = try StoredJSON.text(options)
        let recorder = recorder
        let isQueued: Bool
        do {
            isQueued = try await database.transaction { session in
                // Uploads of one person are counted one after the other.
                _ = try session.rows("SELECT id FROM account WHERE id = \(scope.userID) \(.forUpdate)")
                if try Self.hasTooMany(scope, in: session) { return false }
                try session.run(
                    """
                    INSERT INTO client_import
                        (id, user_id, session_id, key_id, kind, file_size, options, status, created_at)
                    VALUES (\(id), \(scope.userID), \(scope.sessionID), \(scope.keyID), \(kind.rawValue), \(size), \(text),
                        'queued', \(now))
                    """)
                try recorder.record(event, in: session)
                return true
            }
        } catch {
            files.remove(id)
            throw error
        }
        guard isQueued else {
            files.remove(id)
            return .tooMany
        }
        backgroundWork.notify()
        return .queued(id)
    }

    /// An event of this feature.
    func event(
        _ type: EventType, _ id: ImportID, user: AccountID?, session: SessionID? = nil, from source: RequestSource,
        _ detail: [String: String] = [:]
    ) -> Event {
        Event(
            type, in: world, user: user, session: session, from: source,
            detail: detail.merging(["import": id.description]) { _, new in new })
    }

    private static func problems(
        _ scope: Scope, _ options: ImportOptions, in session: any SQLSession
    ) throws -> [FieldProblem] {
        var check = FieldCheck()
        if let stage = options.stage, try !StageTable.has(stage, in: session) {
            check.refuse("stage", .unknownChoice, "There is no such stage. GET /v1/stages lists them.")
        }
        if let source = options.source { _ = check.line(source, "source", 100) }
        _ = check.line(options.fileName, "name", 200)
        var standard = ClientContent()
        standard.assignedTo = options.assignedTo ?? (scope.role.seesEverything ? nil : scope.userID)
        let fields = Set(try CustomFieldTable.all(in: session).flatMap { [$0.key, $0.name] })
        for case .custom(let name) in options.mapping.map({ Array($0.values) }) ?? [] where !fields.contains(name) {
            check.refuse("mapping", .unknownField, "There is no custom field of one of these names.")
        }
        return try check.problems
            + ClientAssignment.problems(
                scope, from: nil, to: standard, holdsThem: false, in: session)
    }

    private static func problems(
        _ header: [String], _ refusal: FileProblem?, _ kind: ContactFileKind, _ options: ImportOptions
    ) -> [FieldProblem] {
        var check = FieldCheck()
        if let refusal { check.refuse("body", .unreadable, refusal.words) }
        let names = Set(header.map(HeaderName.normalized))
        let unknown = (options.mapping ?? [:]).keys.filter { column in
            !header.contains(column) && !names.contains(HeaderName.normalized(column))
        }
        if refusal == nil, kind == .csv, !unknown.isEmpty {
            check.refuse("mapping", .unknownField, "The file has no column of one of these names.")
        }
        return check.problems
    }
}
