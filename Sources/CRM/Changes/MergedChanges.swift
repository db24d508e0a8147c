import Core
import Storage

/// The history of clients that were merged, as part of that of the client that answers for them: it stays when their own rows are removed.
enum MergedChanges {
    static let migration = Migration(
        151, "history of merged clients",
        [
            """
            CREATE TABLE client_merged_change (
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                of_id \(.identifier) NOT NULL,
                version BIGINT NOT NULL,
                field TEXT NOT NULL,
                old_value TEXT,
                new_value TEXT,
                at BIGINT NOT NULL,
                user_id \(.identifier),
                way TEXT NOT NULL,
                origin_id \(.identifier),
                PRIMARY KEY (client_id, of_id, version, field)
            )
            """
        ])

    /// Gives `winner` the history of `loser`, and of whoever was merged into that.
    static func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws {
        try session.run("UPDATE client_merged_change SET client_id = \(winner) WHERE client_id = \(loser)")
        try session.run(
            """
            INSERT INTO client_merged_change
                (client_id, of_id, version, field, old_value, new_value, at, user_id, way, origin_id)
            SELECT \(winner), client_id, version, field, old_value, new_value, at, user_id, way, origin_id
            FROM client_change WHERE client_id = \(loser)
            """)
    }

    /// Takes from `winner` the history of `loser`, and gives back to that what came with it.
    static func part(
        _ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession
    ) throws {
        try session.run("DELETE FROM client_merged_change WHERE client_id = \(winner) AND of_id = \(loser)")
        guard !others.isEmpty else { return }
        let list = others.map { "\($0)" as SQL }.joined(separator: ", ")
        try session.run(
            "UPDATE client_merged_change SET client_id = \(loser) WHERE client_id = \(winner) AND of_id IN (\(list))")
    }
}
