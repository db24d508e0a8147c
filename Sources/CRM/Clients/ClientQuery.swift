package import Core
import Storage

/// The order of a list; the raw value is the API's `sort`. A minus sign turns it round.
package enum ClientSort: String, Sendable, CaseIterable {
    case createdAt
    case newestFirst = "-createdAt"
    case updatedAt
    case lastUpdatedFirst = "-updatedAt"
    /// By last name, then first name, whatever their capitals and accents.
    case lastName
    case lastNameReversed = "-lastName"
    case lastActivityAt
    case lastActiveFirst = "-lastActivityAt"
    /// The least first; those of whom none is known stand before all others.
    case price
    case highestPriceFirst = "-price"
}

/// What a reader of the client list asks for. `nil` asks for all.
package struct ClientQuery: Sendable, Hashable {
    /// Words, each of which must stand somewhere in a name, an e-mail address, a phone number, a postal address or a tag. Capitals and
    /// accents do not count, `%` and `_` mean themselves.
    package var search: String?
    package var stage: String?
    /// Whatever its capitals and accents.
    package var tag: String?
    package var source: String?
    package var assignedTo: AccountID?
    /// What they have to answer besides.
    package var filter: ClientFilter?
    /// `nil` leaves it to the list: the best answer to a search first, the newest client otherwise.
    package var sort: ClientSort?
    /// `nextCursor` of the page before, for the same query.
    package var cursor: String?
    /// How many at most: 1 to 100.
    package var limit = 20

    /// The newest twenty.
    package init() {}

    /// The order where none was asked for and nothing is searched for.
    var order: ClientSort { sort ?? .newestFirst }

    /// Whether it narrows by more than the stage and a search.
    var hasFilterOfClients: Bool { source != nil || assignedTo != nil || tag != nil || filter != nil }

    /// All that is asked of a client besides the search, as one filter, its stage left aside.
    var filterOfClients: ClientFilter {
        var parts: [ClientFilter] = []
        if let source { parts.append(.condition(FilterCondition(.source, .isOne(of: [source])))) }
        if let assignedTo {
            parts.append(.condition(FilterCondition(.assignedTo, .isPerson(of: [.account(assignedTo)]))))
        }
        if let tag { parts.append(.condition(FilterCondition(.tag, .isOne(of: [tag])))) }
        if let filter { parts += filter.conjuncts }
        return .every(parts)
    }

    /// The same query for whoever reads now. A filter that asks for one stage becomes that stage, and one that asks nothing goes: their
    /// totals are kept.
    func resolved(for reader: AccountID, at now: Timestamp) -> ClientQuery {
        var query = self
        var parts = filter?.resolved(for: reader, at: now).conjuncts ?? []
        if stage == nil, let index = parts.firstIndex(where: { $0.onlyStage != nil }) {
            query.stage = parts.remove(at: index).onlyStage
        }
        query.filter = parts.isEmpty ? nil : .every(parts)
        return query
    }
}

extension ClientFilter {
    /// The one stage that it asks for, if that is all.
    fileprivate var onlyStage: String? {
        guard case .condition(let condition) = self, condition.field == .stage,
            case .isOne(let stages) = condition.test,
            stages.count == 1
        else { return nil }
        return stages[0]
    }
}

/// A page of the client list, with its clients in the form that was asked for.
package struct ClientPage<Clients: Sendable>: Sendable {
    package let clients: Clients
    /// Where the next page starts; `nil` on the last one.
    package let nextCursor: String?
    /// How many clients the query finds on all pages together; at least so many if ``totalIsAtLeast``.
    package let total: Int
    /// Whether there are more than ``total``: what no index and no kept number answers is counted up to 10,000 only.
    package let totalIsAtLeast: Bool
}

extension ClientPage: Equatable where Clients: Equatable {}

extension ClientSort {
    /// The column that leads the order; the identity follows it, in the same direction, so that no two rows are equal.
    var column: SQL {
        switch self {
        case .createdAt, .newestFirst: return "created_at"
        case .updatedAt, .lastUpdatedFirst: return "updated_at"
        case .lastName, .lastNameReversed: return "sort_name"
        case .lastActivityAt, .lastActiveFirst: return "last_activity_at"
        case .price, .highestPriceFirst: return "price"
        }
    }

    /// The same in one of the tables that lists are read from. No price is less than any, in a form that an index has.
    func key(in table: SQL, isReader: Bool = false) -> SQL {
        switch self {
        case .price, .highestPriceFirst: return isReader ? "\(table).price" : "COALESCE(\(table).price, -1)"
        case .createdAt, .newestFirst, .updatedAt, .lastUpdatedFirst, .lastName, .lastNameReversed, .lastActivityAt,
            .lastActiveFirst:
            return "\(table).\(column)"
        }
    }

    var isDescending: Bool { rawValue.hasPrefix("-") }

    /// Where the client in `row`, a row of ``ClientBook/list(_:_:)``, stands in the order.
    func position(of row: any RowInPlace) throws -> SQLValue {
        switch self {
        case .createdAt, .newestFirst: return .integer(try row.integer(ClientColumn.createdAt.rawValue))
        case .updatedAt, .lastUpdatedFirst: return .integer(try row.integer(ClientColumn.updatedAt.rawValue))
        case .lastName, .lastNameReversed: return .bytes(try row.bytes(ClientListColumn.sortName))
        case .lastActivityAt, .lastActiveFirst:
            return .integer(try row.integer(ClientColumn.lastActivityAt.rawValue))
        case .price, .highestPriceFirst:
            let column = ClientColumn.price.rawValue
            return .integer(row.isNull(column) ? -1 : try row.integer(column))
        }
    }
}

extension ClientSort {
    /// The value of ``column`` that stands in `column` of a row.
    func key(in row: any RowInPlace, at column: Int) throws -> SQLValue {
        switch self {
        case .lastName, .lastNameReversed: return .bytes(try row.bytes(column))
        case .createdAt, .newestFirst, .updatedAt, .lastUpdatedFirst, .lastActivityAt, .lastActiveFirst, .price,
            .highestPriceFirst:
            return .integer(try row.integer(column))
        }
    }
}

/// What stands behind the client in a row of the list.
enum ClientListColumn {
    static let sortName = ClientColumn.end.rawValue
    static let total = sortName + 1
}
