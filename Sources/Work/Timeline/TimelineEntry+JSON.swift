import CRM
package import Core
import Storage

/// One line of a timeline as the database gave it.
struct TimelineLine {
    let at: Timestamp
    private let row: Row

    init(_ row: Row) throws {
        self.row = row
        at = try row.get("at")
    }

    /// Where a page continues that ends with this entry.
    var entryPosition: [SQLValue] {
        get throws { [at.sqlValue, try row.get("id", as: TimelineEntryID.self).sqlValue] }
    }

    /// Where a page continues that ends with this line of the history.
    var changePosition: [SQLValue] {
        get throws {
            [
                at.sqlValue, try row.get("of_id", as: ClientID.self).sqlValue, .integer(try row.get("version")),
                .text(try row.get("field")),
            ]
        }
    }

    func write(to json: inout JSONWriter) throws {
        guard try row.get("part", as: Int64.self) == 2 else {
            return try TimelineEntry(
                row, client: try row.get("subject_id"), about: try row.optional("about_id")
            ).write(to: &json)
        }
        try json.object { object in
            object.member("id", nil as TimelineEntryID?)
            object.member("clientId", try row.get("subject_id", as: ClientID.self))
            object.member("kind", "change")
            object.member("at", at)
            object.member("authorId", try row.optional("author_id", as: AccountID.self))
            object.key("change")
            try object.object { change in
                change.member("clientId", try row.get("of_id", as: ClientID.self))
                change.member("field", try row.get("field", as: String.self))
                change.key("old")
                change.json(trusted: try row.optional("old_value") ?? "null")
                change.key("new")
                change.json(trusted: try row.optional("new_value") ?? "null")
                change.member("way", try row.get("way", as: String.self))
                change.member("originId", try row.optional("origin_id", as: TimelineSubjectID.self))
            }
        }
    }
}

extension TimelineEntry {
    /// Writes the entry as the API shows it. A note has its text as HTML beside, which holds nothing but what ``Markup`` makes.
    package func write(to json: inout JSONWriter) {
        json.object { object in
            object.member("id", id)
            object.member("clientId", clientID)
            object.member("kind", kind.rawValue)
            object.member("at", at)
            object.member("authorId", authorID)
            object.member("direction", direction?.rawValue)
            object.member("subjectId", subjectID)
            object.member("body", body)
            if kind == .note { object.member("html", Markup.html(of: body)) }
            object.key("detail")
            object.json(trusted: detail)
            object.member("isPinned", isPinned)
            object.member("isEdited", version > 1 && updatedAt != createdAt)
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }
}
