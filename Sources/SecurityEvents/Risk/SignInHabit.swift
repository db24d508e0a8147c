package import Core
import Storage

/// Where a person was when they signed in last.
package struct FormerPlace: Sendable, Hashable {
    package let ip: String
    /// "Melbourne, Australia".
    package let name: String
    package let coordinates: Coordinates
    package let accuracyRadiusKilometres: Int
    package let at: Timestamp

    /// The place of a sign-in; `nil` when its address has no coordinates.
    init?(_ place: Place?, _ ip: IPAddress?, at moment: Timestamp) {
        guard let place, let ip, let coordinates = place.coordinates else { return nil }
        self.ip = ip.description
        name = place.description
        self.coordinates = coordinates
        accuracyRadiusKilometres = max(0, place.accuracyRadiusKilometres ?? 0)
        at = moment
    }

    /// The place as it was stored.
    fileprivate init?(_ row: Row) throws {
        guard let ip: String = try row.optional("ip"), let name: String = try row.optional("place"),
            let latitude: Double = try row.optional("latitude"), let longitude: Double = try row.optional("longitude"),
            let radius: Int = try row.optional("radius_km"), let moment: Timestamp = try row.optional("placed_at"),
            let coordinates = Coordinates(latitude: latitude, longitude: longitude)
        else { return nil }
        self.ip = ip
        self.name = name
        self.coordinates = coordinates
        accuracyRadiusKilometres = radius
        at = moment
    }
}

/// What is known of how a person signs in: from where the last time, and at which hours. One row a person.
package struct SignInHabit: Sendable, Hashable {
    /// The last place that could be told and that is compared: not of a trusted network.
    package var lastPlace: FormerPlace?
    package var hours = HourHistogram()

    /// Nothing known.
    package init() {}

    /// Columns of a `SELECT` from `sign_in_habit`, which may be the absent side of a `LEFT JOIN`.
    static let columns: SQL = "ip, place, latitude, longitude, radius_km, placed_at, hours"

    init(_ row: Row) throws {
        lastPlace = try FormerPlace(row)
        hours = HourHistogram(stored: try row.optional("hours") ?? [])
    }

    /// The habit after one more sign-in. A place that cannot be told leaves the one before.
    package func after(_ place: FormerPlace?, at moment: Timestamp) -> SignInHabit {
        var habit = self
        habit.lastPlace = place ?? lastPlace
        habit.hours.count(moment)
        return habit
    }

    /// Writes the row. Two sign-ins of one person at the same instant may count as one: it is a habit, not an account.
    func save(of account: AccountID, at now: Timestamp, in sql: any SQLSession) throws {
        let place = lastPlace
        try sql.run(
            """
            INSERT INTO sign_in_habit
                (account_id, ip, place, latitude, longitude, radius_km, placed_at, hours, updated_at)
            VALUES (\(account), \(place?.ip), \(place?.name), \(place?.coordinates.latitude),
                \(place?.coordinates.longitude), \(place?.accuracyRadiusKilometres), \(place?.at), \(hours.stored),
                \(now))
            ON CONFLICT (account_id) DO UPDATE SET
                ip = excluded.ip, place = excluded.place, latitude = excluded.latitude,
                longitude = excluded.longitude, radius_km = excluded.radius_km, placed_at = excluded.placed_at,
                hours = excluded.hours, updated_at = excluded.updated_at
            """)
    }
}
