import Core
import Storage

/// The pairs of clients that may be one person, found by ``PairWalk``, in the order of the report.
///
/// A row of `client_pair` for the whole book (the reader of only zeros) and one for each person who sees both. `client_pair_key` has names with
/// address, by which clients are found that nothing else finds; `client_pair_dismissal` the pairs of whom somebody knows that they are two.
enum PairTable {
    static let migration = Migration(
        153, "likely pairs",
        [
            """
            CREATE TABLE client_pair (
                reader_id \(.identifier) NOT NULL,
                grade BIGINT NOT NULL,
                low_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                high_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                PRIMARY KEY (reader_id, grade, low_id, high_id)
            )
            """,
            "CREATE INDEX client_pair_by_low ON client_pair (low_id, high_id)",
            "CREATE INDEX client_pair_by_high ON client_pair (high_id, low_id)",
            """
            CREATE TABLE client_pair_key (
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                value TEXT NOT NULL,
                PRIMARY KEY (client_id, value)
            )
            """,
            "CREATE INDEX client_pair_key_by_value ON client_pair_key (value, client_id)",
            """
            CREATE TABLE client_pair_dismissal (
                low_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                high_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                at BIGINT NOT NULL,
                user_id \(.identifier) NOT NULL,
                merge_id \(.identifier),
                PRIMARY KEY (low_id, high_id)
            )
            """,
            "CREATE INDEX client_pair_dismissal_by_high ON client_pair_dismissal (high_id, low_id)",
            """
            CREATE TABLE client_pair_walk (
                id BIGINT PRIMARY KEY CHECK (id = 1),
                form TEXT NOT NULL,
                updated_at BIGINT NOT NULL,
                client_id \(.identifier) NOT NULL,
                trashed_at BIGINT NOT NULL
            )
            """,
            """
            INSERT INTO client_pair_walk (id, form, updated_at, client_id, trashed_at)
            VALUES (1, '', 0, \(SQLValue.identifier(high: 0, low: 0)), 0)
            """,
        ])

    /// Two clients, the one with the lower identity first.
    struct Pair: Hashable, Sendable {
        let low: ClientID
        let high: ClientID

        init(_ one: ClientID, _ other: ClientID) {
            (low, high) = (min(one, other), max(one, other))
        }
    }

    /// The identities as a list between parentheses; never an empty one.
    static func list(_ ids: some Sequence<ClientID>) -> SQL {
        let list = ids.map { "\($0)" as SQL }
        return list.isEmpty ? "(NULL)" : "(\(list.joined(separator: ", ")))"
    }

    /// Removes the pairs of these clients.
    static func remove(pairsOf clients: [ClientID], in session: any SQLSession) throws {
        try session.run("DELETE FROM client_pair WHERE low_id IN \(list(clients))")
        try session.run("DELETE FROM client_pair WHERE high_id IN \(list(clients))")
    }

    /// Of these, the pairs that are two people.
    static func dismissed(among pairs: some Collection<Pair>, in session: any SQLSession) throws -> Set<Pair> {
        guard !pairs.isEmpty else { return [] }
        let rows = try session.rows(
            """
            SELECT low_id, high_id FROM client_pair_dismissal WHERE low_id IN \(list(Set(pairs.map(\.low)).sorted()))
            """)
        return Set(try rows.map { Pair(try $0.get("low_id"), try $0.get("high_id")) })
    }

    /// Remembers that two clients are two people.
    static func dismiss(
        _ pair: Pair, by user: some SQLConvertible, at now: Timestamp, through merge: MergeID? = nil,
        in session: any SQLSession
    ) throws {
        try session.run(
            """
            INSERT INTO client_pair_dismissal (low_id, high_id, at, user_id, merge_id)
            VALUES (\(pair.low), \(pair.high), \(now), \(user), \(merge)) ON CONFLICT (low_id, high_id) DO NOTHING
            """)
        try session.run("DELETE FROM client_pair WHERE low_id = \(pair.low) AND high_id = \(pair.high)")
    }

    /// Whoever is not the loser is not the winner either. Takes the loser out of the report.
    static func join(
        _ loser: ClientID, to winner: ClientID, by user: some SQLConvertible, at now: Timestamp, through merge: MergeID,
        in session: any SQLSession
    ) throws {
        try remove(pairsOf: [loser], in: session)
        let rows = try session.rows(
            "SELECT low_id, high_id FROM client_pair_dismissal WHERE low_id = \(loser) OR high_id = \(loser)")
        for row in rows {
            let pair = Pair(try row.get("low_id"), try row.get("high_id"))
            let other = pair.low == loser ? pair.high : pair.low
            guard other != winner else { continue }
            try dismiss(Pair(winner, other), by: user, at: now, through: merge, in: session)
        }
    }

    /// Forgets what ``join(_:to:by:at:through:in:)`` remembered.
    static func part(_ merge: MergeID, of winner: ClientID, in session: any SQLSession) throws {
        try session.run(
            """
            DELETE FROM client_pair_dismissal
            WHERE (low_id = \(winner) OR high_id = \(winner)) AND merge_id = \(merge)
            """)
    }
}
