import Accounts
import Core
import Storage

/// The rows among which a list is sought, in the form that has an index for its order: all clients for those who see everything, and for
/// everybody else the rows of ``ClientReaders`` with the client of each.
struct ClientListRows {
    private let scope: Scope
    let query: ClientQuery
    private let search: SQL?
    private let knownTotal: Int?

    /// The rows for a query. Those that answer `terms`, if there are any, whose number is then `total`.
    init(_ scope: Scope, _ query: ClientQuery, terms: SearchTerms? = nil, total: Int? = nil) {
        self.scope = scope
        self.query = query
        search = terms?.condition(.anywhere, "client.search_text")
        knownTotal = total
    }

    /// Above this a total that would have to be counted is told as a bound.
    static let mostCounted = 10_000

    /// Whether its total is that of some answers to a search that has more.
    var isOneOfMany: Bool { knownTotal != nil }

    /// Whose rows they are; `nil` for the whole book.
    private var reader: AccountID? { scope.role.seesEverything ? nil : scope.userID }
    /// The table that has the columns of the order, under the name by which the statement knows it.
    private var ordered: SQL { reader == nil ? "client" : "reader" }
    private var identity: SQL { reader == nil ? "client.id" : "reader.client_id" }

    /// One row for each client of the page and one more to tell whether there is a next one; the total stands on each.
    func statement(after position: (key: SQLValue, id: SQLValue)?) -> SQL {
        let key: SQL = "\(ordered).\(query.order.column)"
        let direction: SQL = query.order.isDescending ? "DESC" : "ASC"
        let comparison: SQL = query.order.isDescending ? "<" : ">"
        let start: SQL = position.map { "AND (\(key), \(identity)) \(comparison) (\($0.key), \($0.id))" } ?? ""
        return """
            SELECT \(Client.qualifiedColumns), client.sort_name, (\(total)) AS total FROM \(tables)
            WHERE \(condition) \(start)
            ORDER BY \(key) \(direction), \(identity) \(direction) \(.limit(query.limit + 1))
            """
    }

    /// How many there are on all pages together, under the name `total`: the kept number, or a count that ends one above
    /// ``mostCounted``.
    var total: SQL {
        if let knownTotal { return "SELECT \(knownTotal) AS total" }
        if isTotalKept { return BookSize.query(reader, stage: query.stage) }
        return """
            SELECT COUNT(*) AS total FROM (SELECT 1 AS one FROM \(tables) WHERE \(condition) \(.limit(Self.mostCounted + 1)))
                AS counted
            """
    }

    /// Whether ``BookSize`` knows the total: it does for all clients of a reader, and for those in one stage.
    var isTotalKept: Bool {
        search == nil && !query.hasFilterOfClients && query.stage != BookSize.anyStage
    }

    /// SQLite takes the tables of a `CROSS JOIN` in the order in which they stand: the index of the reader first.
    private var tables: SQL { reader == nil ? "client" : "client_reader AS reader CROSS JOIN client" }

    private var condition: SQL {
        var conditions: [SQL] = []
        if let reader { conditions += ["reader.user_id = \(reader)", "client.id = reader.client_id"] }
        conditions.append(Self.filters(query, stageIn: ordered))
        if let search { conditions.append(search) }
        return conditions.joined(separator: " AND ")
    }

    /// Holds for the rows of `client` that are outside of the trash and that the query asks for, its search left aside. The stage is that of
    /// the table `ordered`.
    static func filters(_ query: ClientQuery, stageIn ordered: SQL = "client") -> SQL {
        var conditions: [SQL] = ["client.deleted_at IS NULL"]
        if let stage = query.stage { conditions.append("\(ordered).stage = \(stage)") }
        if let source = query.source { conditions.append("client.source = \(source)") }
        if let assignee = query.assignedTo { conditions.append("client.assigned_to = \(assignee)") }
        if let tag = query.tag.map(ClientMatch.tag) {
            conditions.append(
                """
                EXISTS (SELECT 1 FROM client_match WHERE client_match.client_id = client.id
                    AND client_match.kind = \(tag.kind.rawValue) AND client_match.value = \(tag.value))
                """)
        }
        return conditions.joined(separator: " AND ")
    }
}
