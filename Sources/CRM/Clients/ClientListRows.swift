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
    private let driver: FilterDriver?
    private let counted: Int?

    /// The rows for a query, which is ``ClientQuery/resolved(for:at:)``. Those that answer `terms`, if there are any, whose number is then
    /// `total`. Few clients are found by `driver` and then sorted. `counted` is how many there are, up to one above
    /// ``mostCounted``, where somebody has counted them along an index.
    init(
        _ scope: Scope, _ query: ClientQuery, terms: SearchTerms? = nil, total: Int? = nil,
        driver: FilterDriver? = nil, counted: Int? = nil
    ) {
        self.scope = scope
        self.query = query
        self.driver = scope.role.seesEverything ? driver : nil
        self.counted = counted
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
        let key = query.order.key(in: ordered, isReader: reader != nil)
        let direction: SQL = query.order.isDescending ? "DESC" : "ASC"
        let comparison: SQL = query.order.isDescending ? "<" : ">"
        let start: SQL = position.map { "AND (\(key), \(identity)) \(comparison) (\($0.key), \($0.id))" } ?? ""
        return """
            SELECT \(Client.qualifiedColumns), client.sort_name, (\(total)) AS total FROM \(tables)
            WHERE \(condition) \(start)
            ORDER BY \(key) \(direction), \(identity) \(direction) \(.limit(query.limit + 1))
            """
    }

    /// The client that stands next to `position`, behind it or before it.
    func neighbour(of position: (key: SQLValue, id: SQLValue), isBehind: Bool) -> SQL {
        let key = query.order.key(in: ordered, isReader: reader != nil)
        let isDescending = query.order.isDescending == isBehind
        let direction: SQL = isDescending ? "DESC" : "ASC"
        let comparison: SQL = isDescending ? "<" : ">"
        return """
            SELECT client.id FROM \(tables)
            WHERE \(condition) AND (\(key), \(identity)) \(comparison) (\(position.key), \(position.id))
            ORDER BY \(key) \(direction), \(identity) \(direction) \(.limit(1))
            """
    }

    /// How many there are on all pages together, under the name `total`: the kept number, or a count that ends one above
    /// ``mostCounted``.
    var total: SQL {
        if let knownTotal { return "SELECT \(knownTotal) AS total" }
        if isTotalKept { return BookSize.query(reader, stage: query.stage) }
        if let counted { return "SELECT \(counted) AS total" }
        if let totalOfIndex { return totalOfIndex }
        return """
            SELECT COUNT(*) AS total FROM (SELECT 1 AS one FROM \(tables) WHERE \(condition) \(.limit(Self.mostCounted + 1)))
                AS counted
            """
    }

    /// How many there are, however many, under the name `total`.
    var wholeTotal: SQL {
        isTotalKept
            ? BookSize.query(reader, stage: query.stage) : "SELECT COUNT(*) AS total FROM \(tables) WHERE \(condition)"
    }

    /// The next `most` clients behind `position` in the order of their identities, of those that came into the book until `end`. Their identities tell
    /// that; the time of creation is that of a file where a file brought them.
    func identities(after position: ClientID?, upTo most: Int, until end: Timestamp) -> SQL {
        let start: SQL = position.map { "AND client.id > \($0)" } ?? ""
        let after = ClientID(at: end + .milliseconds(1), random: [])
        return """
            SELECT client.id FROM \(tables) WHERE \(condition) \(start) AND client.id < \(after)
            ORDER BY client.id \(.limit(most))
            """
    }

    /// How many there are, as a query of one row that reads an index alone and ends one above ``mostCounted``; `nil` where other columns are asked
    /// for.
    var totalOfIndex: SQL? {
        let columns = Set(query.filterOfClients.conditions.map(\.field))
        let ofIndexes: [FilterField] = [.createdAt, .updatedAt, .lastActivityAt, .price]
        guard search == nil, columns.count <= 1, columns.allSatisfy(ofIndexes.contains) else { return nil }
        let (rows, own): (SQL, SQL) =
            reader.map { ("client_reader AS reader", "reader.user_id = \($0)") } ?? (
                "client", "client.deleted_at IS NULL"
            )
        let stage: SQL = query.stage.map { "AND \(ordered).stage = \($0)" } ?? ""
        let filter = FilterSQL(isReader: reader != nil).condition(query.filterOfClients)
        return """
            SELECT COUNT(*) AS total FROM (SELECT 1 AS one FROM \(rows) WHERE \(own) \(stage) AND \(filter)
                \(.limit(Self.mostCounted + 1))) AS counted
            """
    }

    /// How many there are among the first `most` of the driver's clients, or the latest of the reader's: a query of one row, under the name `total`,
    /// with the number of the reader's clients under `book`.
    func total(among most: Int) -> SQL {
        let stage: SQL = query.stage.map { "AND stage = \($0)" } ?? ""
        let looked: SQL
        if let driver {
            looked = "(SELECT client_id FROM (\(driver.clients)) AS every \(.limit(most))) AS driven CROSS JOIN client"
        } else if let reader {
            looked = """
                (SELECT * FROM client_reader WHERE user_id = \(reader) \(stage)
                    ORDER BY last_activity_at DESC, client_id DESC \(.limit(most))) AS reader CROSS JOIN client
                """
        } else {
            looked = """
                (SELECT id AS client_id FROM client WHERE deleted_at IS NULL \(stage)
                    ORDER BY last_activity_at DESC, id DESC \(.limit(most))) AS driven CROSS JOIN client
                """
        }
        let joined: SQL = driver == nil && reader == nil ? "client.id = driven.client_id AND \(condition)" : condition
        return """
            SELECT (SELECT COUNT(*) FROM \(looked) WHERE \(joined)) AS total,
                (\(BookSize.query(reader, stage: query.stage))) AS book
            """
    }

    /// Whether ``BookSize`` knows the total: it does for all clients of a reader, and for those in one stage.
    var isTotalKept: Bool {
        search == nil && !query.hasFilterOfClients && query.stage != BookSize.anyStage
    }

    /// SQLite takes the tables of a `CROSS JOIN` in the order in which they stand: the index of the reader first.
    private var tables: SQL {
        if let driver { return "(\(driver.clients)) AS driven CROSS JOIN client" }
        return reader == nil ? "client" : "client_reader AS reader CROSS JOIN client"
    }

    private var condition: SQL {
        var conditions: [SQL] = []
        if let reader { conditions += ["reader.user_id = \(reader)", "client.id = reader.client_id"] }
        if driver != nil { conditions.append("client.id = driven.client_id") }
        conditions.append(Self.filters(query, isReader: reader != nil))
        if let search { conditions.append(search) }
        return conditions.joined(separator: " AND ")
    }

    /// Holds for the rows of `client` that are outside of the trash and that the query asks for, its search left aside. With
    /// `isReader` the statement reads ``ClientReaders`` as well.
    static func filters(_ query: ClientQuery, isReader: Bool = false, isOfBook: Bool = true) -> SQL {
        var conditions: [SQL] = ["client.deleted_at IS NULL"]
        if let stage = query.stage {
            conditions.append(isReader ? "reader.stage = \(stage)" : "client.stage = \(stage)")
        }
        if query.hasFilterOfClients {
            conditions.append(FilterSQL(isReader: isReader, isOfBook: isOfBook).condition(query.filterOfClients))
        }
        return conditions.joined(separator: " AND ")
    }
}
