import CRM
import Core
import Storage

extension TimelineTable {
    /// Has the timelines of `clients`, and no others, tell `entry`, which is about something that has a record of its own. What they told of it
    /// before is changed, and kept as every edit is; `newID` gives identities for those that told nothing yet.
    static func settle(
        _ entry: TimelineEntry, on clients: [ClientID], by author: AccountID, newID: () -> TimelineEntryID,
        in session: any SQLSession
    ) throws {
        guard let subject = entry.subjectID else { return }
        var left = clients
        let told = try session.rows(
            """
            SELECT \(columns) FROM timeline_entry WHERE subject_id = \(subject) AND deleted_at IS NULL
            ORDER BY id \(.forUpdate)
            """
        ).map { try TimelineEntry($0) }
        for before in told {
            // After a merge one timeline may tell it twice.
            guard let place = left.firstIndex(of: before.clientID) else {
                try remove(before.id, at: entry.updatedAt, in: session)
                continue
            }
            left.remove(at: place)
            if before.kind != entry.kind {
                try session.run("UPDATE timeline_entry SET kind = \(entry.kind.rawValue) WHERE id = \(before.id)")
            }
            guard (before.at, before.body, before.detail) != (entry.at, entry.body, entry.detail) else { continue }
            var after = before
            (after.at, after.body, after.detail) = (entry.at, entry.body, entry.detail)
            (after.updatedAt, after.version) = (entry.updatedAt, before.version + 1)
            try update(after, from: before, by: author, in: session)
        }
        for client in left {
            var new = TimelineEntry(
                entry.kind, of: client, id: newID(), at: entry.at, by: entry.authorID, body: entry.body,
                detail: entry.detail, now: entry.updatedAt)
            new.subjectID = subject
            try insert(new, in: session)
        }
        if !told.isEmpty {
            try ClientContact.recount(Set(told.map(\.clientID)).sorted(), in: session)
        }
    }
}
