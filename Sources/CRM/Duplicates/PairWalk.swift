import Accounts
import Core
import Storage

/// Finds the pairs of clients that may be one person: of each client that was written since it last came by, along the indexes of what clients
/// are found by.
///
/// Beside the work of the server and not in it: whoever writes a client pays nothing. A row says up to which change it has come; a start in the
/// middle goes on there, and several nodes take turns.
enum PairWalk {
    /// How many clients are looked at in one transaction.
    static let atOnce = 200
    /// A value that more clients have tells nobody apart: the number of a switchboard, an address that stands for none.
    static let mostHolders = 20
    /// So old a change must be: what was begun before it has ended by then, and its change is seen.
    static let settled: Duration = .minutes(1)
    private static let rowsAtOnce = 500
    /// Counts up when other pairs are found than before: all clients are then looked at again.
    private static let version = 1

    /// Looks at the next `count` clients. Returns whether there are more.
    static func step(_ count: Int, at now: Timestamp, home: HomeRegion, in session: any SQLSession) throws -> Bool {
        let form = "\(version) \(SearchText.form(in: home))"
        guard
            let state = try session.row(
                "SELECT form, updated_at, client_id, trashed_at FROM client_pair_walk WHERE id = 1 \(.forUpdate)")
        else { throw StorageError.unexpectedColumn("client_pair_walk") }
        let isOfThisForm = try state.get("form") == form
        let start: (Timestamp, ClientID) =
            isOfThisForm
            ? (try state.get("updated_at"), try state.get("client_id")) : (Timestamp(milliseconds: 0), none)
        let horizon = now - settled
        let trashedAt: Timestamp = try state.get("trashed_at")
        try forgetTrashed(since: trashedAt, in: session)
        let clients = try session.rows(next(count, after: start, upTo: horizon)).map { try Client($0) }
        try find(clients, home: home, in: session)
        let end = clients.last.map { ($0.updatedAt, $0.id) } ?? start
        try session.run(
            """
            UPDATE client_pair_walk SET form = \(form), updated_at = \(end.0), client_id = \(end.1),
                trashed_at = \(max(trashedAt, horizon))
            WHERE id = 1
            """)
        return clients.count == count
    }

    private static let none = ClientID(high: 0, low: 0)

    static func next(_ count: Int, after start: (Timestamp, ClientID), upTo horizon: Timestamp) -> SQL {
        """
        SELECT \(Client.columns) FROM client
        WHERE deleted_at IS NULL AND (updated_at, id) > (\(start.0), \(start.1)) AND updated_at <= \(horizon)
        ORDER BY updated_at, id \(.limit(count))
        """
    }

    private static func forgetTrashed(since: Timestamp, in session: any SQLSession) throws {
        let trashed: SQL = "SELECT id FROM client WHERE deleted_at IS NOT NULL AND deleted_at >= \(since)"
        try session.run("DELETE FROM client_pair WHERE low_id IN (\(trashed))")
        try session.run("DELETE FROM client_pair WHERE high_id IN (\(trashed))")
    }

    private static func find(_ clients: [Client], home: HomeRegion, in session: any SQLSession) throws {
        guard !clients.isEmpty else { return }
        var contents: [ClientID: ClientContent] = [:]
        for client in clients { contents[client.id] = try ClientContent(client) }
        let ids = clients.map(\.id)
        try PairTable.remove(pairsOf: ids, in: session)
        try writeKeys(contents.mapValues { PairTraits($0, home: home).keys }, in: session)
        let candidates = try pairs(
            among: session.rows(holders(of: ids)), Set(ids), partners: partners, in: session
        ).union(
            pairs(among: session.rows(keyHolders(of: ids)), Set(ids), partners: keyPartners, in: session))
        guard !candidates.isEmpty else { return }
        let missing = Set(candidates.flatMap { [$0.low, $0.high] }).subtracting(ids)
        for row in try session.rows(
            "SELECT \(Client.columns) FROM client WHERE id IN \(PairTable.list(missing.sorted())) AND deleted_at IS NULL"
        ) {
            let client = try Client(row)
            contents[client.id] = try ClientContent(client)
        }
        try write(candidates, contents, home: home, in: session)
    }

    private static func writeKeys(_ keys: [ClientID: Set<String>], in session: any SQLSession) throws {
        try session.run("DELETE FROM client_pair_key WHERE client_id IN \(PairTable.list(keys.keys.sorted()))")
        let values = keys.sorted { $0.key < $1.key }.flatMap { id, keys in
            keys.sorted().map { "(\(id), \($0))" as SQL }
        }
        try inChunks(values) { chunk in
            try session.run("INSERT INTO client_pair_key (client_id, value) VALUES \(chunk)")
        }
    }

    private static func write(
        _ candidates: Set<PairTable.Pair>, _ contents: [ClientID: ClientContent], home: HomeRegion,
        in session: any SQLSession
    ) throws {
        let dismissed = try PairTable.dismissed(among: candidates, in: session)
        let traits = contents.mapValues { PairTraits($0, home: home) }
        var values: [SQL] = []
        for pair in candidates.subtracting(dismissed) {
            guard let (one, other) = both(pair, contents), let (mine, theirs) = both(pair, traits) else { continue }
            let reasons = mine.reasons(with: theirs)
            guard !reasons.isEmpty else { continue }
            let grade = reasons.contains(where: \.isStrong) ? 0 : 1
            let readers = ClientReaders.of(one).intersection(ClientReaders.of(other)).union([BookSize.wholeBook])
            values += readers.map { "(\($0), \(grade), \(pair.low), \(pair.high))" }
        }
        try inChunks(values) { chunk in
            try session.run("INSERT INTO client_pair (reader_id, grade, low_id, high_id) VALUES \(chunk)")
        }
    }

    private static func both<Value>(_ pair: PairTable.Pair, _ values: [ClientID: Value]) -> (Value, Value)? {
        guard let low = values[pair.low], let high = values[pair.high] else { return nil }
        return (low, high)
    }

    private static func inChunks(_ values: [SQL], _ body: (SQL) throws -> Void) rethrows {
        for start in stride(from: 0, to: values.count, by: rowsAtOnce) {
            try body(values[start..<min(start + rowsAtOnce, values.count)].joined(separator: ", "))
        }
    }
}

// MARK: - What is asked

extension PairWalk {
    /// The addresses and numbers of these clients, with how many clients have each, counted to one more than counts.
    static func holders(of ids: [ClientID]) -> SQL {
        """
        SELECT mine.kind, mine.value, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM client_match AS other
            WHERE other.kind = mine.kind AND other.value = mine.value \(.limit(mostHolders + 1))) AS some_holders) AS holders
        FROM client_match AS mine
        WHERE mine.client_id IN \(PairTable.list(ids)) AND mine.kind IN ('email', 'phone')
        """
    }

    /// The same for names with address.
    static func keyHolders(of ids: [ClientID]) -> SQL {
        """
        SELECT 'key' AS kind, mine.value, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM client_pair_key AS other
            WHERE other.value = mine.value \(.limit(mostHolders + 1))) AS some_holders) AS holders
        FROM client_pair_key AS mine WHERE mine.client_id IN \(PairTable.list(ids))
        """
    }

    /// Who has one of these values of one kind.
    static func partners(_ kind: String, _ values: [String]) -> SQL {
        let list = values.map { "\($0)" as SQL }.joined(separator: ", ")
        return "SELECT value, client_id FROM client_match WHERE kind = \(kind) AND value IN (\(list))"
    }

    /// The same for names with address.
    static func keyPartners(_ kind: String, _ values: [String]) -> SQL {
        let list = values.map { "\($0)" as SQL }.joined(separator: ", ")
        return "SELECT value, client_id FROM client_pair_key WHERE value IN (\(list))"
    }

    /// The pairs of one of `clients` with somebody who has one of the values in `rows` as well.
    private static func pairs(
        among rows: [Row], _ clients: Set<ClientID>, partners: (String, [String]) -> SQL, in session: any SQLSession
    ) throws -> Set<PairTable.Pair> {
        var shared: [String: Set<String>] = [:]
        for row in rows where (2...mostHolders).contains(try row.get("holders", as: Int.self)) {
            shared[try row.get("kind"), default: []].insert(try row.get("value"))
        }
        var pairs: Set<PairTable.Pair> = []
        for (kind, values) in shared.sorted(by: { $0.key < $1.key }) {
            var holders: [String: [ClientID]] = [:]
            for row in try session.rows(partners(kind, values.sorted())) {
                holders[try row.get("value"), default: []].append(try row.get("client_id"))
            }
            for group in holders.values {
                for one in group where clients.contains(one) {
                    for other in group where other != one { pairs.insert(PairTable.Pair(one, other)) }
                }
            }
        }
        return pairs
    }
}

extension ClientBook {
    /// Looks at the clients that were written since it was last called, and finds who of them may be one person with somebody. Ends early, to go
    /// on another time, when `shouldStop` says so.
    package func findPairs(until shouldStop: @Sendable () -> Bool = { false }) async throws {
        let (world, home) = (world, home)
        while !shouldStop(),
            try await database.transaction({ session in
                try PairWalk.step(PairWalk.atOnce, at: world.now(), home: home, in: session)
            })
        {}
    }
}
