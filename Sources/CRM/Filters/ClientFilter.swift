package import Core

/// Which clients are asked for: conditions, joined by and, or and not.
package indirect enum ClientFilter: Sendable, Hashable {
    /// Those that answer each of them; all clients where there is none.
    case every([ClientFilter])
    /// Those that answer one of them; no client where there is none.
    case some([ClientFilter])
    /// Those that do not answer it.
    case not(ClientFilter)
    case condition(FilterCondition)

    /// The most conditions of a filter.
    package static let mostConditions = 50
    /// The most values of a condition.
    package static let mostValues = 50
    /// How deep `and`, `or` and `not` may stand in one another.
    package static let deepest = 3
    /// The longest filter in a query, in characters.
    package static let longest = 6000
}

/// What is asked about one field. Each client answers it with yes or no: a field without a value answers every test with no, but for
/// ``FilterTest/isEmpty(_:)``.
package struct FilterCondition: Sendable, Hashable {
    package let field: FilterField
    package let test: FilterTest

    package init(_ field: FilterField, _ test: FilterTest) {
        self.field = field
        self.test = test
    }
}

/// What a filter asks about.
package enum FilterField: Sendable, Hashable {
    case stage, source, tag, assignedTo, collaborator, price
    case createdAt, updatedAt, lastActivityAt
    case email, phone
    case doNotCall, doNotText, doNotMail
    /// The custom field of that key.
    case custom(String)

    static let named: [FilterField] = [
        .stage, .source, .tag, .assignedTo, .collaborator, .price, .createdAt, .updatedAt, .lastActivityAt, .email,
        .phone, .doNotCall, .doNotText, .doNotMail,
    ]

    /// What stands before the key of a custom field.
    static let customPrefix = "customFields."

    /// Its name in JSON.
    package var name: String {
        switch self {
        case .stage: return "stage"
        case .source: return "source"
        case .tag: return "tag"
        case .assignedTo: return "assignedTo"
        case .collaborator: return "collaborator"
        case .price: return "price"
        case .createdAt: return "createdAt"
        case .updatedAt: return "updatedAt"
        case .lastActivityAt: return "lastActivityAt"
        case .email: return "email"
        case .phone: return "phone"
        case .doNotCall: return "doNotCall"
        case .doNotText: return "doNotText"
        case .doNotMail: return "doNotMail"
        case .custom(let key): return Self.customPrefix + key
        }
    }

    /// The field of that name; `nil` for none. Whether there is such a custom field is another question.
    init?(name: String) {
        if name.hasPrefix(Self.customPrefix) {
            let key = String(name.dropFirst(Self.customPrefix.count))
            guard !key.isEmpty, key.utf8.count <= 64 else { return nil }
            self = .custom(key)
            return
        }
        guard let field = Self.named.first(where: { $0.name == name }) else { return nil }
        self = field
    }
}

/// Somebody of the brokerage, as a filter names them.
package enum FilterPerson: Sendable, Hashable {
    /// Whoever reads: a list that is shared shows everybody their own.
    case me
    case account(AccountID)
}

/// How a number or a moment lies to another one.
package enum FilterOrder: String, Sendable, CaseIterable {
    case equal = "is"
    case less, atMost, greater, atLeast
}

/// What is asked about a field.
package enum FilterTest: Sendable, Hashable {
    /// It is one of these texts. Those of tags and of custom fields are compared whatever their capitals and accents.
    case isOne(of: [String])
    case isPerson(of: [FilterPerson])
    /// Whatever the capitals and accents.
    case contains(String)
    case number(FilterOrder, Double)
    /// Before that moment, or after it.
    case moment(isBefore: Bool, Timestamp)
    /// Before that day, or after it: of a custom field.
    case day(isBefore: Bool, PartialDate)
    /// In so many days up to now, or not.
    case recent(days: Int, isWithin: Bool)
    case flag(Bool)
    /// Whether it has no value.
    case isEmpty(Bool)
}
