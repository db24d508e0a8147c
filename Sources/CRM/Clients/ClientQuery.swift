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
    var hasFilterOfClients: Bool { source != nil || assignedTo != nil || tag != nil }
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
        }
    }
}

extension ClientSort {
    /// The value of ``column`` that stands in `column` of a row.
    func key(in row: any RowInPlace, at column: Int) throws -> SQLValue {
        switch self {
        case .lastName, .lastNameReversed: return .bytes(try row.bytes(column))
        case .createdAt, .newestFirst, .updatedAt, .lastUpdatedFirst, .lastActivityAt, .lastActiveFirst:
            return .integer(try row.integer(column))
        }
    }
}

/// What stands behind the client in a row of the list.
enum ClientListColumn {
    static let sortName = ClientColumn.end.rawValue
    static let total = sortName + 1
}
