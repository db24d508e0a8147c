import CRM
import Core
import Storage

/// Since when, and when last, somebody of the brokerage spoke with a client: what the entries of the timeline say, one row a client, so that
/// whoever was not spoken to yet is found without reading timelines.
///
/// A call that nobody took counts: it was tried. What the client sent is an answer.
package enum ClientContact {
    static let migration = Migration(
        171, "contacts with clients",
        [
            """
            CREATE TABLE client_contact (
                client_id \(.identifier) PRIMARY KEY REFERENCES client (id) ON DELETE CASCADE,
                first_contact_at BIGINT,
                last_contact_at BIGINT,
                last_answer_at BIGINT
            )
            """
        ])

    private static let kinds: SQL = "kind IN ('call', 'text', 'email', 'appointment', 'showing')"

    /// Notes what `entry` says.
    static func note(_ entry: TimelineEntry, in session: any SQLSession) throws {
        // A mail of a plan, which is about the plan, is none that somebody wrote.
        if entry.kind == .email, entry.subjectID != nil { return }
        let isAnswer = entry.direction == .incoming || entry.kind == .enquiry
        let (contact, answer): (Timestamp?, Timestamp?)
        switch entry.kind {
        case .call, .text, .email, .appointment, .showing:
            (contact, answer) = isAnswer ? (entry.kind == .call ? entry.at : nil, entry.at) : (entry.at, nil)
        case .enquiry: (contact, answer) = (nil, entry.at)
        case .note, .deal, .task, .file, .listing, .plan: return
        }
        if let contact { try ClientContactTimes.note(entry.clientID, at: contact, in: session) }
        try session.run(
            """
            INSERT INTO client_contact (client_id, first_contact_at, last_contact_at, last_answer_at)
            VALUES (\(entry.clientID), \(contact), \(contact), \(answer))
            ON CONFLICT (client_id) DO UPDATE SET
                first_contact_at = CASE WHEN client_contact.first_contact_at <= excluded.first_contact_at
                    OR excluded.first_contact_at IS NULL
                    THEN client_contact.first_contact_at ELSE excluded.first_contact_at END,
                last_contact_at = CASE WHEN client_contact.last_contact_at >= excluded.last_contact_at
                    OR excluded.last_contact_at IS NULL
                    THEN client_contact.last_contact_at ELSE excluded.last_contact_at END,
                last_answer_at = CASE WHEN client_contact.last_answer_at >= excluded.last_answer_at
                    OR excluded.last_answer_at IS NULL
                    THEN client_contact.last_answer_at ELSE excluded.last_answer_at END
            """)
    }

    /// Counts anew from the timelines of these clients: entries were moved, edited or removed.
    static func recount(_ clients: [ClientID], in session: any SQLSession) throws {
        let list = clients.map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run("DELETE FROM client_contact WHERE client_id IN (\(list))")
        let isAnswer: SQL = "(kind = 'enquiry' OR direction = 'incoming')"
        let isContact: SQL = "(\(kinds) AND (direction IS NULL OR direction <> 'incoming' OR kind = 'call'))"
        try session.run(
            """
            INSERT INTO client_contact (client_id, first_contact_at, last_contact_at, last_answer_at)
            SELECT client_id, MIN(CASE WHEN \(isContact) THEN at END), MAX(CASE WHEN \(isContact) THEN at END),
                MAX(CASE WHEN \(isAnswer) THEN at END)
            FROM timeline_entry
            WHERE client_id IN (\(list)) AND deleted_at IS NULL AND (\(kinds) OR kind = 'enquiry')
                AND (kind <> 'email' OR subject_id IS NULL)
            GROUP BY client_id
            """)
        var times: [ClientID: (Timestamp?, Timestamp?)] = [:]
        for row in try session.rows(
            "SELECT client_id, first_contact_at, last_contact_at FROM client_contact WHERE client_id IN (\(list))")
        {
            times[try row.get("client_id")] = (
                try row.optional("first_contact_at"), try row.optional("last_contact_at")
            )
        }
        for client in clients {
            let (first, last) = times[client] ?? (nil, nil)
            try ClientContactTimes.write(client, first: first, last: last, in: session)
        }
    }
}
