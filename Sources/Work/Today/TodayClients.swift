import CRM
import Core
import Storage

/// The caller's own clients who came lately and with whom nobody spoke yet, the newest first.
struct NewLeads: TodayPart {
    let member: StaticString = "newLeads"
    let most = 20
    /// Who came earlier is not new any more.
    static let age: Duration = .days(30)

    func statement(for reader: TodayReader) -> SQL? {
        ClientContactTimes.waiting(reader.scope, since: reader.clock.now - Self.age, limit: most + 1)
    }

    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter
    ) throws {
        for row in rows {
            try list.object { item in
                let came: Timestamp = try row.get("created_at")
                try item.client(row, "id")
                item.member("stage", try row.get("stage", as: String.self))
                item.member("source", try row.optional("source", as: String.self))
                item.member("createdAt", came)
                item.member("secondsWaiting", max(0, (reader.clock.now - came).milliseconds / 1000))
            }
        }
    }
}

/// The caller's own clients with whom nobody spoke for the interval of their stage, the longest first.
struct NotContacted: TodayPart {
    let member: StaticString = "notContacted"
    let most = 20

    func statement(for reader: TodayReader) -> SQL? {
        ClientContactTimes.neglected(reader.scope, reader.intervals, at: reader.clock.now, limit: most + 1)
    }

    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter
    ) throws {
        for row in rows {
            try list.object { item in
                try item.client(row, "id")
                item.member("stage", try row.get("stage", as: String.self))
                item.member("lastContactAt", try row.optional("last_contact_at", as: Timestamp.self))
                let since: Timestamp = try row.get("since")
                item.member("days", (reader.clock.now - since).milliseconds / 86_400_000)
            }
        }
    }
}

extension JSONWriter {
    /// Writes who it is.
    mutating func client(_ row: Row, _ column: String) throws {
        let names = [try row.get("first_name", as: String.self), try row.get("last_name")]
        member("clientId", try row.get(column, as: ClientID.self))
        member("clientName", names.filter { !$0.isEmpty }.joined(separator: " "))
    }
}
