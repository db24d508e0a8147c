package import Accounts
package import CRM
package import Core
package import FileStorage
package import Storage

/// The files about clients: contracts, disclosures, photos. Whoever reaches the client reads them and adds to them.
package struct ClientFiles: Sendable {
    let database: any Database
    let world: World
    let store: any FileStore
    /// Where files lie while they come in.
    package let incoming: String
    /// The most bytes of one file: `FILES_MAX_MB`.
    package let limit: Int

    /// The most files of one client.
    static let mostOfOne = 1000
    /// How long a file that was removed can be brought back.
    static let kept = Duration.days(30)

    /// The files in `store`; `incoming` is a directory of this machine.
    package init(database: any Database, world: World, store: any FileStore, incoming: String, limit: Int) {
        self.database = database
        self.world = world
        self.store = store
        self.incoming = incoming
        self.limit = limit
    }

    /// How a change ended.
    package enum Outcome: Sendable, Hashable {
        case done(ClientFile)
        case notFound
        case forbidden
        /// The client has as many files as one may have.
        case tooMany
        /// There is nothing in it.
        case empty
    }

    /// Whether `scope` may bring a file about the client, before a byte of it is read.
    package func refusal(_ scope: Scope, _ client: ClientID) async throws -> Outcome? {
        let rows = try await database.rows(
            """
            SELECT (SELECT COUNT(*) FROM client_file WHERE client_file.client_id = client.id) AS files FROM client
            WHERE client.id = \(ClientAlias.target(of: client)) AND \(ClientVisibility(scope).ofOne)
            """, isShort: true)
        guard let row = rows.first else { return .notFound }
        return try row.get("files") >= Self.mostOfOne ? .tooMany : nil
    }

    /// A file on its way in.
    package func upload() throws -> FileUpload { try FileUpload(world.identifier(), in: incoming) }

    /// Keeps what came in. First the bytes, then what is told of them: a crash between the two leaves bytes of which nobody knows, never a file
    /// without its bytes.
    package func add(
        _ scope: Scope, _ client: ClientID, _ name: String, _ upload: FileUpload
    ) async throws -> Outcome {
        let (size, first, hash) = try await upload.finish(firstBytes: MediaType.looksAt)
        guard size > 0 else { return .empty }
        try await store.keep(upload)
        let (now, entryID) = (world.now(), world.identifier(TimelineEntryID.self))
        let outcome: Outcome
        do {
            outcome = try await database.transaction { session in
                guard let held = try ClientAlias.held(client, for: scope, in: session) else { return .notFound }
                guard try ClientFileTable.count(of: held.id, in: session) < Self.mostOfOne else { return .tooMany }
                let file = ClientFile(
                    id: upload.id, clientID: held.id, name: ClientFile.cleaned(name), mediaType: MediaType.of(first),
                    size: size, uploadedBy: scope.userID, createdAt: now)
                try ClientFileTable.insert(file, hash: hash, in: session)
                let entry = TimelineEntry(
                    .file, of: held.id, id: entryID, at: now, by: scope.userID, body: file.name,
                    detail: file.told, now: now
                ).about(file.id)
                try TimelineTable.insert(entry, in: session)
                return .done(file)
            }
        } catch {
            // The database may have kept the row and not been able to say so: only what it surely does not know is removed.
            let known = try? await database.rows(
                "SELECT 1 AS one FROM client_file WHERE id = \(upload.id)", isShort: true)
            if known?.isEmpty == true { try? await store.remove(upload.id) }
            throw error
        }
        if case .done = outcome { return outcome }
        try await store.remove(upload.id)
        return outcome
    }

    /// The client's files, newest first; `nil` when the client is out of reach.
    package func all(_ scope: Scope, _ client: ClientID) async throws -> [ClientFile]? {
        let rows = try await database.rows(
            """
            SELECT client.id AS subject_id, \(ClientFileTable.columns)
            FROM client LEFT JOIN client_file ON client_file.client_id = client.id AND client_file.deleted_at IS NULL
            WHERE client.id = \(ClientAlias.target(of: client)) AND \(ClientVisibility(scope).ofOne)
            ORDER BY client_file.created_at DESC, client_file.id DESC
            """, isShort: true)
        guard !rows.isEmpty else { return nil }
        return try rows.filter { try $0.optional("id", as: StoredFileID.self) != nil }.map { try ClientFile($0) }
    }

    /// What is known of a file; `nil` when there is none within reach.
    package func get(_ scope: Scope, _ id: StoredFileID) async throws -> ClientFile? {
        try await database.rows(Self.one(scope, id), isShort: true).first.map { try ClientFile($0) }
    }

    /// The bytes of a file within reach.
    package func contents(_ scope: Scope, _ id: StoredFileID) async throws -> (ClientFile, FileContents)? {
        guard let file = try await get(scope, id), let contents = try await store.contents(of: id) else { return nil }
        return (file, contents)
    }

    /// Takes a file away; for 30 days ``restore(_:_:)`` brings it back. By whoever brought it, owner and admin.
    package func remove(_ scope: Scope, _ id: StoredFileID) async throws -> Outcome {
        let now = world.now()
        return try await database.transaction { session in
            guard let file = try Self.held(scope, id, isDeleted: false, in: session) else { return .notFound }
            guard Self.mayRemove(file, scope) else { return .forbidden }
            try session.run("UPDATE client_file SET deleted_at = \(now) WHERE id = \(id)")
            try TimelineTable.remove(about: id, at: now, in: session)
            return .done(file)
        }
    }

    /// Brings a file back that was removed.
    package func restore(_ scope: Scope, _ id: StoredFileID) async throws -> Outcome {
        let earliest = world.now() - Self.kept
        return try await database.transaction { session in
            guard let file = try Self.held(scope, id, isDeleted: true, after: earliest, in: session) else {
                return .notFound
            }
            guard Self.mayRemove(file, scope) else { return .forbidden }
            try session.run("UPDATE client_file SET deleted_at = NULL WHERE id = \(id)")
            try TimelineTable.restore(about: id, in: session)
            return .done(file)
        }
    }

    private static func mayRemove(_ file: ClientFile, _ scope: Scope) -> Bool {
        scope.role.seesEverything || file.uploadedBy == scope.userID
    }

    private static func one(_ scope: Scope, _ id: StoredFileID) -> SQL {
        """
        SELECT \(ClientFileTable.columns) FROM client_file JOIN client ON client.id = client_file.client_id
        WHERE client_file.id = \(id) AND client_file.deleted_at IS NULL AND \(ClientVisibility(scope).ofOne)
        """
    }

    private static func held(
        _ scope: Scope, _ id: StoredFileID, isDeleted: Bool, after moment: Timestamp? = nil, in session: any SQLSession
    ) throws -> ClientFile? {
        let state: SQL =
            isDeleted
            ? "client_file.deleted_at > \(moment ?? Timestamp(milliseconds: 0))" : "client_file.deleted_at IS NULL"
        return try session.row(
            """
            SELECT \(ClientFileTable.columns) FROM client_file JOIN client ON client.id = client_file.client_id
            WHERE client_file.id = \(id) AND \(state) AND \(ClientVisibility(scope).ofOne) \(.forUpdate)
            """
        ).map { try ClientFile($0) }
    }
}

extension ClientFile {
    /// What the timeline tells beside the name.
    fileprivate var told: String {
        var json = JSONWriter(capacity: 96)
        json.object { object in
            object.member("mediaType", mediaType)
            object.member("size", size)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
