import Core
import Storage

/// A filter as a condition on the table `client`: the one place where filters become SQL, for lists, counts, searches and bulk changes alike.
///
/// Holds or does not hold, and is never unknown: `NOT` of it is everybody else. Always stands beside the condition of the scope, which
/// ``ClientListRows`` and ``ClientVisibility`` bring.
struct FilterSQL {
    /// The table that has stage, moments and price as well, and an index for each of them.
    private let ordered: SQL
    private let isReader: Bool
    private let isOfBook: Bool

    /// Conditions for a statement that reads the table `client`, and `reader`, a row of ``ClientReaders``, if it does.
    ///
    /// Of those who see only their own clients no index of the whole book is used (`isOfBook`), whatever PostgreSQL thinks of it: its time
    /// would tell how many clients of colleagues answer.
    init(isReader: Bool = false, isOfBook: Bool = true) {
        ordered = isReader ? "reader" : "client"
        self.isReader = isReader
        self.isOfBook = isOfBook && !isReader
    }

    /// Holds for the rows that answer `filter`, which is ``ClientFilter/resolved(for:at:)``.
    func condition(_ filter: ClientFilter) -> SQL {
        switch filter {
        case .every(let filters): return joined(filters, by: " AND ", orNone: "1 = 1")
        case .some(let filters): return joined(filters, by: " OR ", orNone: "1 = 0")
        case .not(let filter): return "NOT (\(condition(filter)))"
        case .condition(let condition): return one(condition)
        }
    }

    private func joined(_ filters: [ClientFilter], by word: SQL, orNone constant: SQL) -> SQL {
        if filters.isEmpty { return constant }
        if filters.count == 1 { return condition(filters[0]) }
        return "(\(filters.map(condition).joined(separator: word)))"
    }

    private func one(_ condition: FilterCondition) -> SQL {
        switch condition.field {
        case .stage: return Self.texts(condition.test, "\(ordered).stage")
        case .source:
            return nullable("client.source", none: "''", condition.test, Self.texts)
        case .assignedTo:
            return nullable("client.assigned_to", none: "\(BookSize.wholeBook)", condition.test, Self.people)
        case .collaborator:
            if case .isEmpty(let isEmpty) = condition.test { return Self.isEmptyList("client.collaborators", isEmpty) }
            return exists("client_collaborator AS sharing", "sharing", Self.people(condition.test, "sharing.user_id"))
        case .tag:
            if case .isEmpty(let isEmpty) = condition.test { return Self.isEmptyList("client.tags", isEmpty) }
            return exists("client_match AS tagged", "tagged", Self.tags(condition.test, "tagged"))
        case .email: return Self.emptiness(condition.test, "client.emails")
        case .phone: return Self.emptiness(condition.test, "client.phones")
        case .price: return price(condition.test)
        case .createdAt: return moment(condition.test, "created_at")
        case .updatedAt: return moment(condition.test, "updated_at")
        case .lastActivityAt: return moment(condition.test, "last_activity_at")
        case .doNotCall: return Self.refusal(.call, condition.test)
        case .doNotText: return Self.refusal(.text, condition.test)
        case .doNotMail: return Self.refusal(.mail, condition.test)
        case .custom(let key):
            let values: SQL = "client_custom AS custom"
            if case .isEmpty(let isEmpty) = condition.test {
                let has = exists(values, "custom", "custom.key = \(key)")
                return isEmpty ? "NOT \(has)" : has
            }
            return exists(values, "custom", Self.custom(key, condition.test, "custom"))
        }
    }

    // MARK: - Columns of the client

    /// A column that may be null, and a test that no null answers.
    private func nullable(
        _ column: SQL, none: SQL, _ test: FilterTest, _ condition: (FilterTest, SQL) -> SQL
    ) -> SQL {
        // No index has this form of the column.
        let value: SQL = isOfBook ? column : "COALESCE(\(column), \(none))"
        if case .isEmpty(let isEmpty) = test {
            if isOfBook { return isEmpty ? "\(column) IS NULL" : "\(column) IS NOT NULL" }
            return isEmpty ? "\(value) = \(none)" : "\(value) <> \(none)"
        }
        return isOfBook ? "(\(column) IS NOT NULL AND \(condition(test, value)))" : condition(test, value)
    }

    /// A number of the client, without its index where the reader has none of their own.
    private func number(_ column: SQL) -> SQL { isOfBook || isReader ? column : "(\(column) + 0)" }

    private func price(_ test: FilterTest) -> SQL {
        let price = number(ClientSort.price.key(in: ordered, isReader: isReader))
        switch test {
        case .number(let order, let number):
            let bound: SQL = "\(Int64(number))"
            let isKnown: SQL = "\(price) >= 0"
            switch order {
            case .equal: return "\(price) = \(bound)"
            case .less: return "(\(isKnown) AND \(price) < \(bound))"
            case .atMost: return "(\(isKnown) AND \(price) <= \(bound))"
            case .greater: return "\(price) > \(bound)"
            case .atLeast: return "\(price) >= \(bound)"
            }
        case .isEmpty(let isEmpty): return isEmpty ? "\(price) < 0" : "\(price) >= 0"
        case .isOne, .isPerson, .contains, .moment, .day, .recent, .flag: return Self.never
        }
    }

    private func moment(_ test: FilterTest, _ column: SQL) -> SQL {
        guard case .moment(let isBefore, let moment) = test else { return Self.never }
        let own = number("\(ordered).\(column)")
        return isBefore ? "\(own) < \(moment)" : "\(own) > \(moment)"
    }

    /// What cannot be asked of a field, which ``FilterReading`` has refused.
    static let never: SQL = "1 = 0"

    static func texts(_ test: FilterTest, _ column: SQL) -> SQL {
        guard case .isOne(let texts) = test else { return never }
        return isAny(of: texts, column)
    }

    static func people(_ test: FilterTest, _ column: SQL) -> SQL {
        guard case .isPerson(let people) = test else { return never }
        return isAny(
            of: people.compactMap { person -> AccountID? in
                if case .account(let account) = person { return account }
                return nil
            }, column)
    }

    private static func isAny<Value: SQLConvertible>(of values: [Value], _ column: SQL) -> SQL {
        switch values.count {
        case 0: return never
        case 1: return "\(column) = \(values[0])"
        default: return "\(column) IN (\(values.map { "\($0)" as SQL }.joined(separator: ", ")))"
        }
    }

    private static func isEmptyList(_ column: SQL, _ isEmpty: Bool) -> SQL {
        isEmpty ? "\(column) = '[]'" : "\(column) <> '[]'"
    }

    private static func emptiness(_ test: FilterTest, _ column: SQL) -> SQL {
        guard case .isEmpty(let isEmpty) = test else { return never }
        return isEmptyList(column, isEmpty)
    }

    /// The details are stored in one form only, in which a text cannot hold the member's quotation marks.
    private static func refusal(_ channel: Consent.Channel, _ test: FilterTest) -> SQL {
        guard case .flag(let isRefused) = test else { return never }
        return "client.details LIKE \("%\"\(channel.member)\":\(isRefused)%")"
    }

    // MARK: - Other tables

    private func exists(_ table: SQL, _ name: SQL, _ condition: SQL) -> SQL {
        let byItself: SQL = isOfBook ? "" : "\(.askedForEachRow)"
        return "EXISTS (SELECT 1 FROM \(table) WHERE \(name).client_id = client.id AND \(condition) \(byItself))"
    }

    static func tags(_ test: FilterTest, _ table: SQL) -> SQL {
        guard case .isOne(let tags) = test else { return never }
        let values = tags.map { ClientMatch.tag($0).value }
        return "\(table).kind = \(ClientMatch.Kind.tag.rawValue) AND \(isAny(of: values, "\(table).value"))"
    }

    static func custom(_ key: String, _ test: FilterTest, _ table: SQL) -> SQL {
        let number: SQL = "\(table).value_number"
        let text: SQL = "\(table).value_folded"
        let condition: SQL
        switch test {
        case .isOne(let texts):
            let folded = texts.map { SearchText.fold($0) }
            // Texts above the length of the filter's cannot be equal; the index holds the beginning alone.
            condition =
                "\(isAny(of: folded.map(CustomFieldTable.beginning), "substr(\(text), 1, 100)")) AND \(isAny(of: folded, text))"
        case .contains(let piece): condition = "\(text) LIKE \(pattern(SearchText.fold(piece))) ESCAPE '!'"
        case .number(let order, let bound):
            switch order {
            case .equal: condition = "\(number) = \(bound)"
            case .less: condition = "\(number) < \(bound)"
            case .atMost: condition = "\(number) <= \(bound)"
            case .greater: condition = "\(number) > \(bound)"
            case .atLeast: condition = "\(number) >= \(bound)"
            }
        case .day(let isBefore, let day):
            let start: SQL = "substr(\(text), 1, 100)"
            condition = isBefore ? "\(start) < \(day.text)" : "\(start) > \(day.text)"
        case .flag(let flag): condition = "\(number) = \(flag ? 1.0 : 0.0)"
        case .isPerson, .moment, .recent, .isEmpty: condition = never
        }
        return "\(table).key = \(key) AND \(condition)"
    }

    /// A `LIKE` pattern in which wildcards stand for themselves.
    private static func pattern(_ piece: String) -> String {
        var pattern = "%"
        for scalar in piece.unicodeScalars {
            if scalar == "%" || scalar == "_" || scalar == "!" { pattern.unicodeScalars.append("!") }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern + "%"
    }
}
