import Core
import Storage

/// How far the clients have been written anew after the form of what they are found by has changed: with a release, or with `HOME_REGION`.
///
/// A row says which form is being written and after which client to go on. A start in the middle goes on there; several nodes take turns.
enum SearchRenewal {
    static let migration = Migration(
        104, "renewal of the search",
        [
            """
            CREATE TABLE client_search_renewal (
                id BIGINT PRIMARY KEY CHECK (id = 1),
                form TEXT NOT NULL,
                position \(.identifier),
                done BIGINT NOT NULL
            )
            """,
            "INSERT INTO client_search_renewal (id, form, position, done) VALUES (1, '', NULL, 0)",
        ])

    /// Writes anew the next `count` clients, those in the trash too, in the transaction behind `session`. Returns whether there are more.
    static func renewNext(_ count: Int, home: HomeRegion, in session: any SQLSession) throws -> Bool {
        let form = SearchText.form(in: home)
        guard
            let state = try session.row(
                "SELECT form, position, done FROM client_search_renewal WHERE id = 1 \(.forUpdate)")
        else { throw StorageError.unexpectedColumn("client_search_renewal") }
        let isOfThisForm = try state.get("form") == form
        if isOfThisForm, try state.get("done") as Bool { return false }
        let position: ClientID? = isOfThisForm ? try state.optional("position") : nil
        let start: SQL = position.map { "WHERE id > \($0)" } ?? ""
        let rows = try session.rows(
            """
            SELECT \(Client.columns), search_text, deleted_at FROM client \(start) ORDER BY id LIMIT \(count) \(.forUpdate)
            """)
        let clients = try rows.map { row in
            (
                client: try Client(row), text: try row.get("search_text", as: String.self),
                isInTrash: try row.optional("deleted_at", as: Timestamp.self) != nil
            )
        }
        if let first = clients.first?.client.id, let last = clients.last?.client.id {
            let known = try matches(from: first, to: last, in: session)
            try ClientWriting.perform(in: session, ClientEdit(home: home)) { writing in
                for (client, text, isInTrash) in clients {
                    let content = try ClientContent(client)
                    let newText = SearchText.text(of: content, in: home)
                    let newMatches = isInTrash ? [] : ClientMatch.all(of: content, in: home)
                    if text == newText, known[client.id, default: []] == Set(newMatches) { continue }
                    try writing.renewSearch(client.id, content, text: newText, matches: newMatches)
                }
            }
        }
        let isDone = rows.count < count
        try session.run(
            """
            UPDATE client_search_renewal SET form = \(form), position = \(clients.last?.client.id ?? position),
                done = \(isDone)
            WHERE id = 1
            """)
        return !isDone
    }

    private static func matches(
        from first: ClientID, to last: ClientID, in session: any SQLSession
    ) throws -> [ClientID: Set<ClientMatch>] {
        var matches: [ClientID: Set<ClientMatch>] = [:]
        for row in try session.rows(
            "SELECT client_id, kind, value FROM client_match WHERE client_id >= \(first) AND client_id <= \(last)")
        {
            guard let kind = ClientMatch.Kind(rawValue: try row.get("kind")) else { continue }
            matches[try row.get("client_id"), default: []].insert(ClientMatch(kind: kind, value: try row.get("value")))
        }
        return matches
    }
}

extension ClientBook {
    /// How many clients are written anew in one transaction: some milliseconds, in which others wait to write.
    private static let renewedAtOnce = 200

    /// Writes anew what all clients are found by, if that was done in another form so far; asks one row otherwise. Ends early, to go on
    /// another time, when `shouldStop` says so. Versions stay: nobody's edit collides with it.
    package func renewSearch(until shouldStop: @Sendable () -> Bool = { false }) async throws {
        let home = home
        while !shouldStop(),
            try await database.transaction({ session in
                try SearchRenewal.renewNext(Self.renewedAtOnce, home: home, in: session)
            })
        {}
    }
}
