import Accounts
import Core
import Storage

/// One field of a client before and after a change, each as its JSON text; `nil` where there is nothing to tell.
struct FieldChange: Sendable, Hashable {
    let field: String
    let old: String?
    let new: String?
}

extension FieldChange {
    /// What happened to the client as a whole; with the other client where one had a part in it.
    static func whole(_ event: ClientChanges.Whole, with other: ClientID? = nil) -> FieldChange {
        FieldChange(field: event.rawValue, old: nil, new: other.map { "\"\($0)\"" })
    }
}

/// The history of the fields of clients: a row for each field that a version changed, never edited, gone only with the client.
enum ClientChanges {
    static let migration = Migration(
        107, "history of clients",
        [
            """
            CREATE TABLE client_change (
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                version BIGINT NOT NULL,
                field TEXT NOT NULL,
                old_value TEXT,
                new_value TEXT,
                at BIGINT NOT NULL,
                user_id \(.identifier),
                way TEXT NOT NULL,
                origin_id \(.identifier),
                PRIMARY KEY (client_id, version, field)
            )
            """,
            "CREATE INDEX client_change_by_origin ON client_change (origin_id, client_id) WHERE origin_id IS NOT NULL",
        ])

    /// What stands in the place of a field for what happened to the client as a whole.
    enum Whole: String {
        case created, trashed, restored
        /// Another one was merged into it, and taken out again.
        case merged, unmerged
        /// It was merged into another one.
        case mergedInto
    }

    /// Writes what made `version` of a client.
    static func record(
        _ changes: [FieldChange], of client: ClientID, version: Int64, by author: AccountID?, at now: Timestamp,
        _ origin: ChangeOrigin, in session: any SQLSession
    ) throws {
        guard !changes.isEmpty else { return }
        let values = changes.map { change in
            """
            (\(client), \(version), \(change.field), \(change.old), \(change.new), \(now), \(author), \(origin.way.rawValue),
                \(origin.id))
            """ as SQL
        }
        try session.run(
            """
            INSERT INTO client_change
                (client_id, version, field, old_value, new_value, at, user_id, way, origin_id)
            VALUES \(values.joined(separator: ", "))
            """)
    }
}
