import Core
import Storage

/// How much of a large book a filter reads.
struct FilterBounds: Sendable {
    /// How many clients of a condition are looked up one by one. Of more, the order of the list is followed: there, one of them comes soon.
    var mostLookedUp = 5_000
    /// How many clients are looked up one by one to count those of a list.
    var mostLookedUpToCount = 2_000
}

/// A condition that has an index of its own over the whole book: few clients who answer it are found at once, in whatever order the list is.
///
/// For those who see everything alone. An agent's own rows are read instead, so that no time tells how many clients of colleagues answer.
struct FilterDriver {
    /// The clients who answer, each once, under the name `client_id`.
    let clients: SQL
    /// Whether that needs a look at nothing but the index, and the trash is left out.
    let isWhole: Bool

    /// How many conditions are asked how many clients answer them.
    private static let mostAsked = 4

    /// Those of the conditions that every client has to answer.
    static func all(of filter: ClientFilter) -> [FilterDriver] {
        let drivers = filter.conjuncts.compactMap { part -> FilterDriver? in
            guard case .condition(let condition) = part else { return nil }
            return FilterDriver(condition)
        }
        return Array(drivers.prefix(mostAsked))
    }

    init?(_ condition: FilterCondition) {
        let own: SQL = FilterSQL().condition(.condition(condition))
        switch (condition.field, condition.test) {
        case (.tag, .isOne(let tags)):
            let tagged = FilterSQL.tags(condition.test, "tagged")
            clients = "SELECT \(Self.each(tags.count)) tagged.client_id FROM client_match AS tagged WHERE \(tagged)"
            isWhole = true
        case (.custom(let key), let test):
            if case .isEmpty(true) = test { return nil }
            if case .contains = test { return nil }
            var held: SQL = "custom.key = \(key)"
            if case .isEmpty = test {} else { held = FilterSQL.custom(key, test, "custom") }
            clients = "SELECT custom.client_id FROM client_custom AS custom WHERE \(held)"
            isWhole = false
        case (.collaborator, .isPerson(let people)):
            let shared = FilterSQL.people(condition.test, "sharing.user_id")
            clients =
                "SELECT \(Self.each(people.count)) sharing.client_id FROM client_collaborator AS sharing WHERE \(shared)"
            isWhole = false
        case (.source, _), (.assignedTo, _), (.price, _), (.createdAt, _), (.updatedAt, _), (.lastActivityAt, _):
            if case .isEmpty(false) = condition.test { return nil }
            clients = "SELECT client.id AS client_id FROM client WHERE client.deleted_at IS NULL AND \(own)"
            isWhole = true
        case (.tag, _), (.collaborator, _), (.stage, _), (.email, _), (.phone, _), (.doNotCall, _), (.doNotText, _),
            (.doNotMail, _):
            return nil
        }
    }

    private static func each(_ count: Int) -> SQL { count == 1 ? "" : "DISTINCT" }

    /// How many clients each of `drivers` finds, up to one more than `most`: a query of one row, under the names `n0`, `n1` and so on.
    static func counts(_ drivers: [FilterDriver], upTo most: Int) -> SQL {
        let names: [SQL] = ["n0", "n1", "n2", "n3"]
        let counts = zip(drivers, names).map { driver, name in
            "(SELECT COUNT(*) FROM (\(driver.clients) \(.limit(most + 1))) AS driven) AS \(name)" as SQL
        }
        return "SELECT \(counts.joined(separator: ", "))"
    }

    /// The one of `drivers` that finds the fewest clients, with their number, which ends one above `most`.
    static func best(
        of drivers: [FilterDriver], upTo most: Int, in database: any Database
    ) async throws -> (driver: FilterDriver, count: Int)? {
        guard !drivers.isEmpty, let row = try await database.rows(counts(drivers, upTo: most)).first else { return nil }
        let found = try drivers.enumerated().map { ($1, try row.get("n\($0)", as: Int.self)) }
        return found.min { $0.1 < $1.1 }
    }
}
