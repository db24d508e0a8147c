package import Accounts
package import CRM
package import Core
package import Storage

/// What people have set for themselves: the time zone in which their days begin and end.
package struct UserSettings: Sendable {
    private let database: any Database
    private let world: World
    /// The zone of whoever has not chosen one: `TIME_ZONE`.
    package let standard: Zone

    static let migration = Migration(
        175, "settings of users",
        [
            """
            CREATE TABLE user_setting (
                user_id \(.identifier) PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                time_zone TEXT NOT NULL,
                updated_at BIGINT NOT NULL
            )
            """
        ])

    package init(database: any Database, world: World, standard: Zone = .standard) {
        self.database = database
        self.world = world
        self.standard = standard
    }

    /// The settings of one person.
    package struct Settings: Sendable, Hashable {
        package let zone: Zone
        /// Whether the zone is that of the brokerage: nobody chose another.
        package let isStandard: Bool
    }

    /// How a change ended.
    package enum Outcome: Sendable, Hashable {
        case done(Settings)
        case invalid([FieldProblem])
    }

    /// The caller's own.
    package func get(_ scope: Scope) async throws -> Settings {
        let rows = try await database.rows(Self.query(scope.userID), isShort: true)
        return try settings(rows.first)
    }

    /// Sets the caller's zone; `nil` goes back to that of the brokerage.
    package func change(_ scope: Scope, timeZone: String?) async throws -> Outcome {
        guard let timeZone else {
            try await database.transaction { session in
                try session.run("DELETE FROM user_setting WHERE user_id = \(scope.userID)")
            }
            return .done(Settings(zone: standard, isStandard: true))
        }
        guard let zone = Zone(timeZone) else { return .invalid([Self.unknownZone("timeZone")]) }
        let now = world.now()
        try await database.transaction { session in
            try session.run(
                """
                INSERT INTO user_setting (user_id, time_zone, updated_at) VALUES (\(scope.userID), \(zone.name), \(now))
                ON CONFLICT (user_id) DO UPDATE SET time_zone = excluded.time_zone, updated_at = excluded.updated_at
                """)
        }
        return .done(Settings(zone: zone, isStandard: false))
    }

    /// The zone in which `user` lives.
    func zone(of user: AccountID, in session: any SQLSession) throws -> Zone {
        try settings(session.row(Self.query(user))).zone
    }

    /// The refusal of a zone that there is not.
    static func unknownZone(_ field: String) -> FieldProblem {
        FieldProblem(
            field, .unknownChoice,
            "There is no such time zone. Give a name of the IANA database, such as America/New_York.")
    }

    /// The row of one person.
    static func query(_ user: AccountID) -> SQL {
        "SELECT time_zone FROM user_setting WHERE user_id = \(user)"
    }

    /// A zone that a later release of the zones has dropped counts as none.
    func settings(_ row: Row?) throws -> Settings {
        guard let row, let zone = Zone(try row.get("time_zone")) else {
            return Settings(zone: standard, isStandard: true)
        }
        return Settings(zone: zone, isStandard: false)
    }
}
