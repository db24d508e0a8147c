package import Accounts
package import Core
import Storage

/// How a request for the likely pairs ended.
package enum PairReportOutcome: Sendable {
    /// The pairs, the surest first, as a ``JSONWriter`` that holds them one after the other, and where the next page starts.
    case page(JSONWriter, nextCursor: String?)
    case invalidCursor
}

/// How the dismissal of a pair ended.
package enum DismissPairOutcome: Sendable, Hashable {
    case dismissed
    /// One of the two is not there, or `scope` does not see it.
    case notFound
    /// `scope` sees both, but they are not both its own.
    case forbidden
    /// They are one client already.
    case same
}

extension ClientBook {
    /// A page of the pairs of clients that may be one person, both of whom `scope` sees, with what speaks for it.
    ///
    /// Costs what it shows. What was changed in the last minute or so is not in it yet; a pair for which nothing speaks any more is left out, so a
    /// page may have fewer than `limit` though there is a next one.
    package func pairsJSON(
        _ scope: Scope, limit: Int = 20, cursor: String? = nil
    ) async throws -> PairReportOutcome {
        let binding = CursorBinding(list: "likely pairs", reader: scope.userID, facts: [scope.role.rawValue])
        var position: [SQLValue]?
        if let cursor {
            guard let opened = cursors.open(cursor, for: binding), opened.count == 3 else { return .invalidCursor }
            position = opened
        }
        let rows = try await database.rows(Self.pairs(scope, after: position, limit + 1))
        let pairs = try rows.prefix(limit).map { row in
            PairTable.Pair(try row.get("low_id"), try row.get("high_id"))
        }
        let clients = try await database.rows(
            """
            SELECT \(Client.columns) FROM client
            WHERE id IN \(PairTable.list(Set(pairs.flatMap { [$0.low, $0.high] }).sorted()))
                AND \(ClientVisibility(scope).ofOne)
            """
        ).map { try Client($0) }
        let known = Dictionary(clients.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var json = JSONWriter(capacity: pairs.count * 1800)
        for pair in pairs {
            guard let one = known[pair.low], let other = known[pair.high] else { continue }
            let reasons = try PairTraits(ClientContent(one), home: home)
                .reasons(with: PairTraits(ClientContent(other), home: home))
            guard !reasons.isEmpty else { continue }
            json.object { object in
                object.key("reasons")
                object.array { list in reasons.forEach { list.string($0.rawValue) } }
                object.key("clients")
                object.array { list in [one, other].forEach { $0.write(to: &list) } }
            }
        }
        var next: String?
        if rows.count > limit, let last = rows.prefix(limit).last {
            let pair = PairTable.Pair(try last.get("low_id"), try last.get("high_id"))
            next = cursors.seal([.integer(try last.get("grade")), pair.low.sqlValue, pair.high.sqlValue], for: binding)
        }
        return .page(json, nextCursor: next)
    }

    /// The pairs of a reader, along the key of the table. Whether both clients are within reach is asked for each pair and not joined, so that no
    /// planner leaves the order of the key.
    static func pairs(_ scope: Scope, after position: [SQLValue]?, _ count: Int) -> SQL {
        let reader = scope.role.seesEverything ? BookSize.wholeBook : scope.userID
        let start: SQL =
            position.map { "AND (pair.grade, pair.low_id, pair.high_id) > (\($0[0]), \($0[1]), \($0[2]))" } ?? ""
        func isReached(_ id: SQL) -> SQL {
            "(SELECT COUNT(*) FROM client WHERE client.id = \(id) AND \(ClientVisibility(scope).ofOne)) = 1"
        }
        return """
            SELECT pair.grade, pair.low_id, pair.high_id FROM client_pair AS pair
            WHERE pair.reader_id = \(reader) \(start) AND \(isReached("pair.low_id")) AND \(isReached("pair.high_id"))
                AND (SELECT COUNT(*) FROM client_pair_dismissal AS dismissal
                    WHERE dismissal.low_id = pair.low_id AND dismissal.high_id = pair.high_id) = 0
            ORDER BY pair.grade, pair.low_id, pair.high_id \(.limit(count))
            """
    }

    /// Remembers that two clients are two people: they are in nobody's report any more. For whoever may make them one.
    package func dismissPair(_ scope: Scope, _ one: ClientID, _ other: ClientID) async throws -> DismissPairOutcome {
        let now = world.now()
        return try await database.transaction { session in
            switch try ClientPair.hold(one, other, for: scope, in: session) {
            case .notFound: return .notFound
            case .same: return .same
            case .held(let pair):
                guard [pair.winner, pair.loser].allSatisfy({ scope.role.mayMerge($0, as: scope.userID) }) else {
                    return .forbidden
                }
                try PairTable.dismiss(
                    PairTable.Pair(pair.winner.id, pair.loser.id), by: scope.userID, at: now, in: session)
                return .dismissed
            }
        }
    }
}
