package import Accounts
import Core
package import Storage

/// Birthdays and anniversaries by the day of the year: a row for each day of a client and each person who reads the client, and one for those who see
/// everything, so that whoever asks what is coming reads a piece of one index.
///
/// Written only together with the client, like the rows of those who read it. A client in the trash has none.
package enum ClientDays {
    /// The table, and the rows for the clients that are there.
    static let migration = Migration(
        179, "days of clients",
        [
            """
            CREATE TABLE client_day (
                client_id \(.identifier) NOT NULL REFERENCES client (id) ON DELETE CASCADE,
                user_id \(.identifier) NOT NULL,
                position BIGINT NOT NULL,
                month_day BIGINT NOT NULL,
                year BIGINT,
                kind TEXT NOT NULL,
                label TEXT NOT NULL,
                PRIMARY KEY (client_id, user_id, position)
            )
            """,
            "CREATE INDEX client_day_by_reader ON client_day (user_id, month_day, client_id)",
        ],
        sqlite: [
            """
            INSERT INTO client_day (client_id, user_id, position, month_day, year, kind, label)
            SELECT day.client_id, reader.user_id, day.position,
                CAST(substr(day.date, -5, 2) AS INTEGER) * 100 + CAST(substr(day.date, -2) AS INTEGER),
                CASE WHEN length(day.date) = 10 THEN CAST(substr(day.date, 1, 4) AS INTEGER) END, day.kind, day.label
            FROM (SELECT id AS client_id, 0 AS position, json_extract(details, '$.birthday') AS date, 'birthday' AS kind,
                    '' AS label
                FROM client WHERE deleted_at IS NULL AND json_extract(details, '$.birthday') IS NOT NULL
                UNION ALL SELECT client.id, entry.key + 1, json_extract(entry.value, '$.date'), 'anniversary',
                    json_extract(entry.value, '$.label')
                FROM client, json_each(client.details, '$.anniversaries') AS entry WHERE client.deleted_at IS NULL) AS day
            JOIN (SELECT client_id, user_id FROM client_reader
                UNION ALL SELECT id, \(everybody) FROM client WHERE deleted_at IS NULL) AS reader
                ON reader.client_id = day.client_id
            """
        ],
        postgres: [
            """
            INSERT INTO client_day (client_id, user_id, position, month_day, year, kind, label)
            SELECT day.client_id, reader.user_id, day.position,
                CAST(left(right(day.date, 5), 2) AS BIGINT) * 100 + CAST(right(day.date, 2) AS BIGINT),
                CASE WHEN length(day.date) = 10 THEN CAST(left(day.date, 4) AS BIGINT) END, day.kind, day.label
            FROM (SELECT id AS client_id, 0 AS position, details::json ->> 'birthday' AS date, 'birthday' AS kind,
                    '' AS label
                FROM client WHERE deleted_at IS NULL AND details::json ->> 'birthday' IS NOT NULL
                UNION ALL SELECT client.id, entry.place, entry.value ->> 'date', 'anniversary', entry.value ->> 'label'
                FROM client, json_array_elements(client.details::json -> 'anniversaries')
                    WITH ORDINALITY AS entry (value, place)
                WHERE client.deleted_at IS NULL) AS day
            JOIN (SELECT client_id, user_id FROM client_reader
                UNION ALL SELECT id, \(everybody) FROM client WHERE deleted_at IS NULL) AS reader
                ON reader.client_id = day.client_id
            """
        ])

    /// Stands for those who see everything in the place of a reader.
    private static let everybody = SQLValue.identifier(high: 0, low: 0)

    /// The rows of a client whom these people read.
    static func rows(_ id: ClientID, _ details: ClientDetails, readers: Set<AccountID>) -> [SQL] {
        var days: [(position: Int, date: PartialDate, kind: String, label: String)] = []
        if let birthday = details.birthday { days.append((0, birthday, "birthday", "")) }
        days += details.anniversaries.enumerated().map { ($0 + 1, $1.date, "anniversary", $1.label) }
        return days.flatMap { day in
            ([everybody] + readers.sorted().map(\.sqlValue)).map { reader in
                // A year that is not known is written as one that there is not: all rows of a statement are of one text.
                """
                (\(id), \(reader), \(day.position), \(day.date.month * 100 + day.date.day), NULLIF(\(day.date.year ?? 0), 0),
                    \(day.kind), \(day.label))
                """ as SQL
            }
        }
    }

    static func insert(_ rows: [SQL], in session: any SQLSession) throws {
        try session.insert(rows, into: "client_day (client_id, user_id, position, month_day, year, kind, label)")
    }

    /// Brings the rows of a client up to what they are now.
    static func replace(
        _ id: ClientID, from before: (ClientDetails, Set<AccountID>), to after: (ClientDetails, Set<AccountID>),
        in session: any SQLSession
    ) throws {
        let isSame =
            before.0.birthday == after.0.birthday && before.0.anniversaries == after.0.anniversaries
            && before.1 == after.1
        if isSame { return }
        if before.0.birthday != nil || !before.0.anniversaries.isEmpty { try remove(id, in: session) }
        try insert(rows(id, after.0, readers: after.1), in: session)
    }

    static func remove(_ id: ClientID, in session: any SQLSession) throws {
        try session.run("DELETE FROM client_day WHERE client_id = \(id)")
    }

    /// The days that `scope` may know of, in each of `ranges` of month × 100 + day, one range after the other: at most so many of each.
    package static func coming(_ scope: Scope, in ranges: [ClosedRange<Int>], limit: Int) -> SQL {
        let reader = scope.role.seesEverything ? everybody : scope.userID.sqlValue
        return ranges.enumerated().map { place, range in
            """
            SELECT * FROM (SELECT \(place) AS place, day.client_id, day.month_day, day.year, day.kind, day.label,
                    client.first_name, client.last_name
                FROM client_day AS day CROSS JOIN client
                WHERE day.user_id = \(reader) AND day.month_day >= \(range.lowerBound)
                    AND day.month_day <= \(range.upperBound) AND client.id = day.client_id AND client.deleted_at IS NULL
                ORDER BY day.month_day, day.client_id \(.limit(limit))) AS part
            """ as SQL
        }.joined(separator: " UNION ALL ")
    }
}
