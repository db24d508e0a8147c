package import Accounts
package import CRM
package import Core
import Storage

/// How a request for a timeline ended.
package enum TimelinePageOutcome: Sendable {
    /// Entries one after the other, newest first, those that are pinned (with the first page alone), whose they are, and where the next page starts.
    case page(entries: JSONWriter, pinned: JSONWriter, of: ClientID, nextCursor: String?)
    case notFound
    case invalidCursor
}

extension Timeline {
    /// A page of the client's timeline, newest first: the entries, and between them what the client's history tells of its stage, its agent, imports
    /// and merges, also that of clients that were merged into it. One question to the database.
    ///
    /// `kind` narrows it to one kind of entry; `change` to the history.
    package func page(
        _ scope: Scope, _ id: ClientID, kind: String? = nil, limit: Int = 20, cursor: String? = nil
    ) async throws -> TimelinePageOutcome {
        let binding = CursorBinding(list: "timeline", reader: scope.userID, facts: [id.description, kind])
        var position = TimelinePosition()
        if let cursor {
            guard let opened = cursors.open(cursor, for: binding), let read = TimelinePosition(opened) else {
                return .invalidCursor
            }
            position = read
        }
        let query = TimelineQuery(client: id, kind: kind, after: position, limit: limit, hasPinned: cursor == nil)
        let rows = try await database.rows(query.statement(ClientVisibility(scope)), isShort: true)
        guard let first = rows.first else { return .notFound }
        var (entries, changes): ([TimelineLine], [TimelineLine]) = ([], [])
        var pinned = JSONWriter(capacity: 256)
        for row in rows {
            switch try row.optional("part", as: Int64.self) {
            case 0: try TimelineLine(row).write(to: &pinned)
            case 1: entries.append(try TimelineLine(row))
            case 2: changes.append(try TimelineLine(row))
            default: break
            }
        }
        var json = JSONWriter(capacity: limit * 400)
        var (nextEntry, nextChange) = (0, 0)
        while nextEntry + nextChange < limit {
            let entry = entries.indices.contains(nextEntry) ? entries[nextEntry] : nil
            let change = changes.indices.contains(nextChange) ? changes[nextChange] : nil
            guard let line = entry ?? change else { break }
            if let entry, change.map({ entry.at >= $0.at }) ?? true {
                try entry.write(to: &json)
                nextEntry += 1
                position.entry = try entry.entryPosition
            } else {
                let told = change ?? line
                try told.write(to: &json)
                nextChange += 1
                position.change = try told.changePosition
            }
        }
        let isLast = nextEntry >= entries.count && nextChange >= changes.count
        return .page(
            entries: json, pinned: pinned, of: try first.get("subject_id"),
            nextCursor: isLast ? nil : cursors.seal(position.values, for: binding))
    }

    /// The entry as the API shows it; `nil` when there is none within reach.
    package func get(_ scope: Scope, _ id: TimelineEntryID) async throws -> TimelineEntry? {
        try await database.rows(
            """
            SELECT \(TimelineTable.columns) FROM timeline_entry JOIN client ON client.id = timeline_entry.client_id
            WHERE timeline_entry.id = \(id) AND timeline_entry.deleted_at IS NULL AND \(ClientVisibility(scope).ofOne)
            """, isShort: true
        ).first.map { try TimelineEntry($0) }
    }

    /// What the entry was before each of its edits, the last first; `nil` when there is no such entry within reach.
    package func revisions(_ scope: Scope, _ id: TimelineEntryID) async throws -> JSONWriter? {
        let rows = try await database.rows(
            """
            SELECT timeline_revision.version, timeline_revision.body, timeline_revision.detail, timeline_revision.at,
                timeline_revision.user_id
            FROM timeline_entry JOIN client ON client.id = timeline_entry.client_id
            LEFT JOIN timeline_revision ON timeline_revision.entry_id = timeline_entry.id
            WHERE timeline_entry.id = \(id) AND timeline_entry.deleted_at IS NULL AND \(ClientVisibility(scope).ofOne)
            ORDER BY timeline_revision.version DESC LIMIT 1000
            """, isShort: true)
        guard !rows.isEmpty else { return nil }
        var json = JSONWriter(capacity: rows.count * 256)
        for row in rows {
            guard let version = try row.optional("version", as: Int64.self) else { continue }
            try json.object { object in
                object.member("version", version)
                object.member("body", try row.get("body", as: String.self))
                object.key("detail")
                object.json(trusted: try row.get("detail"))
                object.member("replacedAt", try row.get("at", as: Timestamp.self))
                object.member("replacedBy", try row.optional("user_id", as: AccountID.self))
            }
        }
        return json
    }
}
