import Accounts
import ContactFiles
import Core
import Storage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One import, from the upload to its undoing: a row of `client_import`.
struct ClientImport: Sendable {
    /// How far it is.
    enum Status: String, Sendable, CaseIterable {
        case queued, running, completed, failed, cancelled, undone
    }

    /// Why an import ended before its time.
    enum Reason: String, Sendable, CaseIterable {
        /// Somebody stopped it.
        case cancelled
        /// Whoever imported was disabled or has left.
        case importerLeft = "importer_left"
        /// Whoever imported may not make clients any more.
        case roleChanged = "role_changed"
        /// The file is gone: it lay on a node that is no more.
        case fileMissing = "file_missing"
        /// Nothing of the file can be read.
        case fileUnreadable = "file_unreadable"
        /// What the server has written down of it cannot be read.
        case internalError = "internal_error"
    }

    let id: ImportID
    let userID: AccountID
    let sessionID: SessionID?
    let keyID: APIKeyID?
    let kind: ContactFileKind
    let fileSize: Int64
    let options: ImportOptions
    var plan: ImportPlan?
    var status: Status
    var reason: String?
    var total: Int64?
    var counts: ImportCounts
    let createdAt: Timestamp
    var startedAt: Timestamp?
    var finishedAt: Timestamp?
    var undo: Undo?

    /// What was taken back so far.
    struct Undo: Sendable {
        let by: AccountID
        let role: Role
        var position: ClientID?
        var removed: Int64
        var restored: Int64
        var kept: Int64
    }

    /// How long an import is listed, and can be undone, after it has ended.
    static let kept: Duration = .days(90)
}

/// How many rows were read, and what became of them: `position` is always the sum of the next four.
struct ImportCounts: Sendable, Hashable {
    var position: Int64 = 0
    var imported: Int64 = 0
    /// Of those that were duplicates: rows that changed the client that there was, and rows that did not.
    var updated: Int64 = 0
    var skipped: Int64 = 0
    var rejected: Int64 = 0
    /// Rows that were imported but for something of them.
    var warned: Int64 = 0
    /// Rows with problems that are kept to be shown, and their bytes.
    var noted: Int64 = 0
    var notedBytes: Int64 = 0
}

extension ClientImport {
    static let columns: SQL = """
        id, user_id, session_id, key_id, kind, file_size, options, plan, status, reason, total, position, imported, updated, skipped,
        rejected, warned, noted, noted_bytes, created_at, started_at, finished_at, undo_by, undo_role, undo_position, undo_removed,
        undo_restored, undo_kept
        """

    init(_ row: Row) throws {
        guard let kind = ContactFileKind(rawValue: try row.get("kind")),
            let status = Status(rawValue: try row.get("status"))
        else { throw StorageError.unexpectedColumn("client_import") }
        id = try row.get("id")
        userID = try row.get("user_id")
        sessionID = try row.optional("session_id")
        keyID = try row.optional("key_id")
        self.kind = kind
        fileSize = try row.get("file_size")
        options = try StoredJSON.read(ImportOptions.self, try row.get("options"))
        plan = try row.optional("plan", as: String.self).map { try StoredJSON.read(ImportPlan.self, $0) }
        self.status = status
        reason = try row.optional("reason")
        total = try row.optional("total")
        counts = ImportCounts(
            position: try row.get("position"), imported: try row.get("imported"), updated: try row.get("updated"),
            skipped: try row.get("skipped"), rejected: try row.get("rejected"), warned: try row.get("warned"),
            noted: try row.get("noted"), notedBytes: try row.get("noted_bytes"))
        createdAt = try row.get("created_at")
        startedAt = try row.optional("started_at")
        finishedAt = try row.optional("finished_at")
        if let by = try row.optional("undo_by", as: AccountID.self),
            let role = Role(rawValue: try row.optional("undo_role") ?? "")
        {
            undo = Undo(
                by: by, role: role, position: try row.optional("undo_position"), removed: try row.get("undo_removed"),
                restored: try row.get("undo_restored"), kept: try row.get("undo_kept"))
        }
    }

    /// Which imports `scope` sees: their own, and owner and admin all of them.
    static func isReached(by scope: Scope) -> SQL {
        scope.role.seesEverything ? "1 = 1" : "client_import.user_id = \(scope.userID)"
    }

    /// On whose behalf it works, with the role that they have now.
    func scope(_ role: Role) -> Scope {
        if let keyID { return Scope(userID: userID, keyID: keyID, role: role) }
        return Scope(userID: userID, sessionID: sessionID ?? SessionID(high: 0, low: 0), role: role)
    }
}

/// Values of this feature as JSON in a column, which nobody but this feature reads.
enum StoredJSON {
    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func read<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}
