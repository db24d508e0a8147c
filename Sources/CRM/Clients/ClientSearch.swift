import Accounts
import Core
import Storage

/// A client that answers a search.
struct SearchHit: Sendable {
    let id: ClientID
    let lastActivityAt: Int64
    /// See ``SearchTerms/rank(of:)``.
    let rank: Int
    /// What the caller sorts by, if they said so.
    let key: SQLValue

    /// The best first; among equals the one that somebody dealt with last.
    static func isBetter(_ one: SearchHit, _ other: SearchHit) -> Bool {
        if one.rank != other.rank { return one.rank < other.rank }
        if one.lastActivityAt != other.lastActivityAt { return one.lastActivityAt > other.lastActivityAt }
        return one.id > other.id
    }
}

/// How much a search reads, so that it costs the same however many clients there are. Chosen so that each part takes some 20 ms at most at a
/// million clients, see decision 0026.
struct SearchBounds: Sendable {
    /// Of more answers not all are ranked in the whole book.
    var mostRanked = 5_000
    /// Of more answers not all are ranked among one's own clients; and a book of that size is read like one's own.
    var mostOfOwn = 10_000
    /// How many answers to a common search are shown.
    var shownOfCommon = 200
    /// How many of the latest rows tell whether a search is common.
    var sample = 5_000
    /// How many of the latest rows are read for a common search, or one that has no trigrams.
    var readOfCommon = 60_000
}

/// Finds the clients that answer a search, in bounded time: all of them where they are few, and of many the best words and the latest clients.
///
/// Who sees only their own clients has their own rows read. In the whole book the latest rows are read first. They tell whether the search is a
/// common one; if it is not, the index of trigrams finds all answers. Of a common one the latest answers are taken, with those before them in
/// whom it is a whole word or the beginning of one.
struct ClientSearch {
    let database: any Database
    let scope: Scope
    let query: ClientQuery
    let terms: SearchTerms
    let bounds: SearchBounds

    /// Answers, best first.
    struct Found: Sendable {
        var hits: [SearchHit] = []
        /// Whether there are no others.
        var isComplete = true
    }

    func find() async throws -> Found {
        let size = try await database.rows(BookSize.query(reader, stage: nil), isShort: true).first?.get("total") ?? 0
        if !scope.role.seesEverything || size <= bounds.mostOfOwn {
            let hits = try await ask(latest(.anywhere, bounds.mostOfOwn + 1))
            return Found(hits: ranked(hits.prefix(bounds.mostOfOwn)), isComplete: hits.count <= bounds.mostOfOwn)
        }
        let sample = try await ask(latest(.anywhere, bounds.sample, among: bounds.sample))
        if terms.isIndexed(.anywhere), isRare(sample.count, in: size) {
            let hits = try await ask(indexed(.anywhere))
            if hits.count <= bounds.mostRanked { return Found(hits: ranked(hits[...])) }
        }
        if hasFilters {
            let hits = try await ask(latest(.anywhere, bounds.mostRanked + 1))
            return Found(hits: ranked(hits.prefix(bounds.mostRanked)), isComplete: hits.count <= bounds.mostRanked)
        }
        if query.sort != nil { return Found(hits: sample, isComplete: false) }
        return Found(hits: try await bestOfCommon(in: size), isComplete: false)
    }

    /// The best answers to a search that has too many: kind after kind until there are enough.
    private func bestOfCommon(in size: Int) async throws -> [SearchHit] {
        var (hits, seen): ([SearchHit], Set<ClientID>) = ([], [])
        for place in SearchTerms.Place.allCases where hits.count < bounds.shownOfCommon {
            if place != .anywhere, !terms.isIndexed(place) { continue }
            hits += try await best(place, in: size).filter { seen.insert($0.id).inserted }
        }
        return Array(ranked(hits[...]).prefix(bounds.shownOfCommon))
    }

    private func best(_ place: SearchTerms.Place, in size: Int) async throws -> [SearchHit] {
        if place != .anywhere {
            let sample = try await ask(latest(place, bounds.sample, among: bounds.sample))
            if isRare(sample.count, in: size) {
                let hits = try await ask(indexed(place))
                if hits.count <= bounds.mostRanked { return hits }
            }
        }
        return try await ask(latest(place, bounds.shownOfCommon, among: bounds.readOfCommon))
    }

    /// Whether there are probably few enough answers to rank all, if `count` of the latest rows are.
    private func isRare(_ count: Int, in size: Int) -> Bool { count * size <= bounds.mostRanked * bounds.sample }

    private func ranked(_ hits: ArraySlice<SearchHit>) -> [SearchHit] { hits.sorted(by: SearchHit.isBetter) }

    // MARK: - What is asked

    private var reader: AccountID? { scope.role.seesEverything ? nil : scope.userID }
    private var hasFilters: Bool { query.stage != nil || query.hasFilterOfClients }
    private var needsClient: Bool { hasFilters || query.sort != nil }

    private func ask(_ statement: SQL) async throws -> [SearchHit] {
        let terms = terms
        let sort = query.sort
        return try await database.reduce(statement, into: [] as [SearchHit]) { hits, row in
            var rank = 0
            try row.withBytes(2) { rank = terms.rank(of: $0) }
            hits.append(
                SearchHit(
                    id: try row.identifier(0), lastActivityAt: try row.integer(1), rank: rank,
                    key: try sort?.key(in: row, at: 3) ?? .null))
        }
    }

    private var columns: SQL {
        let key: SQL = query.sort?.key(in: "client") ?? "1"
        return "found.client_id, found.last_activity_at, found.search_text, \(key) AS sort_key"
    }

    private var joined: SQL { needsClient ? "CROSS JOIN client" : "" }

    private var hasKey: SQL { needsClient ? "AND client.id = found.client_id" : "" }

    private var filters: SQL {
        needsClient ? "\(hasKey) AND \(ClientListRows.filters(query, isOfBook: scope.role.seesEverything))" : ""
    }

    /// The latest `count` answers; or of those `among` that many of the latest rows, whatever the query asks for besides its search.
    private func latest(_ place: SearchTerms.Place, _ count: Int, among rows: Int? = nil) -> SQL {
        func part(_ isLong: SQL) -> SQL {
            let ofReader: SQL = "reader_id = \(reader ?? BookSize.wholeBook) AND is_long = \(isLong)"
            let order: SQL = "ORDER BY last_activity_at DESC, client_id DESC"
            let condition: SQL = terms.condition(place, "found.search_text")
            guard let rows else {
                return """
                    SELECT \(columns) FROM client_search AS found \(joined)
                    WHERE found.\(ofReader) AND \(condition) \(filters)
                    ORDER BY found.last_activity_at DESC, found.client_id DESC \(.limit(count))
                    """
            }
            return """
                SELECT \(columns) FROM (SELECT client_id, last_activity_at, search_text FROM client_search
                    WHERE \(ofReader) \(order) \(.limit(rows))) AS found \(joined)
                WHERE \(condition) \(hasKey) \(.limit(count))
                """
        }
        return """
            SELECT * FROM (SELECT * FROM (\(part("0"))) AS brief UNION ALL SELECT * FROM (\(part("1"))) AS long) AS latest
            """
    }

    /// The answers that the index of trigrams finds: one more than are ranked, if there are.
    private func indexed(_ place: SearchTerms.Place) -> SQL {
        let condition: SQL =
            "\(terms.condition(place, "found.search_text")) \(filters) \(.limit(bounds.mostRanked + 1))"
        guard database.dialect == .sqlite, let trigrams = terms.trigrams(place) else {
            return "SELECT \(columns) FROM client_search AS found \(joined) WHERE found.is_book = 1 AND \(condition)"
        }
        return """
            SELECT \(columns) FROM client_trigram CROSS JOIN client_search AS found \(joined)
            WHERE client_trigram MATCH \(trigrams) AND found.number = client_trigram.rowid AND \(condition)
            """
    }
}

// MARK: - Pages

extension ClientSearch {
    /// Stands in a cursor for the order of a search for which the caller gave none.
    static let order = "relevance"

    /// The answers on the page after `position`, and the position of the page behind it.
    func page(of hits: [SearchHit], after position: [SQLValue]?) -> (hits: ArraySlice<SearchHit>, next: [SQLValue]?) {
        guard let sort = query.sort else {
            let start = position.flatMap(Self.hit)
            return page(hits.drop { hit in start.map { !SearchHit.isBetter($0, hit) } ?? false }) { last in
                [.integer(Int64(last.rank)), .integer(last.lastActivityAt), last.id.sqlValue]
            }
        }
        let sorted = hits.sorted { sort.puts(($0.key, $0.id), before: ($1.key, $1.id)) }
        let start = position.flatMap { position in
            ClientID(sqlValue: position[1]).map { (key: position[0], id: $0) }
        }
        return page(sorted.drop { hit in start.map { !sort.puts($0, before: (hit.key, hit.id)) } ?? false }) { last in
            [last.key, last.id.sqlValue]
        }
    }

    private func page(
        _ rest: ArraySlice<SearchHit>, _ position: (SearchHit) -> [SQLValue]
    ) -> (hits: ArraySlice<SearchHit>, next: [SQLValue]?) {
        let shown = rest.prefix(query.limit)
        return (shown, rest.count > shown.count ? shown.last.map(position) : nil)
    }

    private static func hit(at position: [SQLValue]) -> SearchHit? {
        guard case .integer(let rank) = position[0], case .integer(let moment) = position[1],
            let id = ClientID(sqlValue: position[2])
        else { return nil }
        return SearchHit(id: id, lastActivityAt: moment, rank: Int(rank), key: .null)
    }

    /// Those of `hits` whom the caller still sees, in their order.
    func clients(_ hits: ArraySlice<SearchHit>) -> SQL {
        let places = hits.enumerated().map { place, hit in "(\(place), \(hit.id))" as SQL }
        let wanted: SQL = places.isEmpty ? "(0, \(BookSize.wholeBook))" : places.joined(separator: ", ")
        return """
            SELECT \(Client.qualifiedColumns) FROM (VALUES \(wanted)) AS wanted CROSS JOIN client
            WHERE client.id = wanted.column2 AND \(ClientVisibility(scope).ofOne) ORDER BY wanted.column1
            """
    }
}

extension ClientSort {
    /// Whether a client stands before another in this order.
    fileprivate func puts(_ one: (key: SQLValue, id: ClientID), before other: (key: SQLValue, id: ClientID)) -> Bool {
        let (first, second) = isDescending ? (other, one) : (one, other)
        switch (first.key, second.key) {
        case (.integer(let left), .integer(let right)) where left != right: return left < right
        case (.bytes(let left), .bytes(let right)) where left != right: return left.lexicographicallyPrecedes(right)
        case (.integer, _), (.bytes, _), (.null, _), (.real, _), (.text, _), (.identifier, _):
            return first.id < second.id
        }
    }
}
