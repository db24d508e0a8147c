package import Accounts
package import Core
import Crypto
package import Storage

/// The calendars that people read in other programs, each at an address that nobody can guess: whoever has the address reads the calendar, until its
/// owner revokes it.
package struct CalendarFeed: Sendable {
    private let database: any Database
    private let world: World
    private let settings: UserSettings
    private let origin: String

    /// How far back, and ahead, and how many entries of each kind at most.
    private static let past: Duration = .days(90)
    private static let future: Duration = .days(730)
    private static let most = 2500

    /// The token is kept as its hash alone: who reads the database reads no calendar.
    static let migration = Migration(
        178, "calendar feeds",
        [
            """
            CREATE TABLE calendar_feed (
                user_id \(.identifier) PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
                token_hash \(.bytes) NOT NULL,
                created_at BIGINT NOT NULL
            )
            """,
            "CREATE UNIQUE INDEX calendar_feed_by_token ON calendar_feed (token_hash)",
        ])

    /// `origin` is `PUBLIC_URL`.
    package init(database: any Database, world: World, settings: UserSettings, origin: String) {
        self.database = database
        self.world = world
        self.settings = settings
        self.origin = origin
    }

    /// A calendar as it is sent.
    package struct Document: Sendable, Hashable {
        package let bytes: [UInt8]
        /// Of the bytes: the same for the same entries.
        package let tag: String
    }

    /// Makes an address for the caller's calendar, which is in this answer and nowhere else; one that there was before is revoked.
    package func create(_ scope: Scope) async throws -> (url: String, createdAt: Timestamp) {
        let (bytes, now) = (world.randomBytes(32), world.now())
        let token = Base64URL.encode(bytes)
        try await database.transaction { session in
            try session.run(
                """
                INSERT INTO calendar_feed (user_id, token_hash, created_at)
                VALUES (\(scope.userID), \(Self.hash(token)), \(now))
                ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at
                """)
        }
        return ("\(origin)/calendar/\(token).ics", now)
    }

    /// Since when the caller's calendar has an address; `nil` when it has none.
    package func createdAt(_ scope: Scope) async throws -> Timestamp? {
        try await database.rows(
            "SELECT created_at FROM calendar_feed WHERE user_id = \(scope.userID)", isShort: true
        ).first.map { try $0.get("created_at") }
    }

    /// Revokes the address, if there is one.
    package func revoke(_ scope: Scope) async throws {
        try await database.transaction { session in
            try session.run("DELETE FROM calendar_feed WHERE user_id = \(scope.userID)")
        }
    }

    /// The calendar at the address with that token; `nil` when there is none, when it was revoked, and when its owner cannot sign in any more. What
    /// its owner does not reach now is not in it.
    package func document(_ presentedToken: String) async throws -> Document? {
        let (now, reading) = (world.now(), world.identifier(SessionID.self))
        let settings = settings
        guard Base64URL.decode(presentedToken)?.count == 32 else { return nil }
        let hash = Self.hash(presentedToken)
        let text = try await database.read { session -> CalendarText? in
            let owner = try session.row(
                """
                SELECT account.id, account.role FROM calendar_feed AS feed JOIN account ON account.id = feed.user_id
                WHERE feed.token_hash = \(hash) AND account.status = 'active'
                """)
            guard let owner, let role = Role(rawValue: try owner.get("role")) else { return nil }
            let scope = Scope(userID: try owner.get("id"), sessionID: reading, role: role)
            let range = (now - Self.past).milliseconds..<(now + Self.future).milliseconds
            let found = try session.answers(to: [
                UserSettings.query(scope.userID), Self.tasks(of: scope, in: range),
                Self.appointments(of: scope, in: range),
            ])
            return CalendarText(
                home: try settings.settings(found[0].first).zone, tasks: try found[1].map { try WorkTask($0) },
                appointments: try AppointmentTable.withPeople(
                    found[2].map { try Appointment($0) }, for: scope, in: session))
        }
        guard let text else { return nil }
        let bytes = text.bytes
        return Document(bytes: bytes, tag: Base64URL.encode(Array(SHA256.hash(data: bytes).prefix(16))))
    }

    private static func tasks(of scope: Scope, in range: Range<Int64>) -> SQL {
        """
        SELECT \(TaskTable.columns) FROM \(TaskTable.rows)
        WHERE task.assigned_to = \(scope.userID) AND task.completed_at IS NULL AND task.deleted_at IS NULL
            AND task.due_order >= \(range.lowerBound) AND task.due_order < \(range.upperBound)
            AND \(TaskTable.isSeen(by: scope))
        ORDER BY task.due_order, task.id \(.limit(most))
        """
    }

    private static func appointments(of scope: Scope, in range: Range<Int64>) -> SQL {
        """
        SELECT \(AppointmentTable.columns) FROM appointment_attendee AS mine CROSS JOIN appointment
        WHERE mine.user_id = \(scope.userID) AND mine.start_order >= \(range.lowerBound)
            AND mine.start_order < \(range.upperBound) AND appointment.id = mine.appointment_id
            AND \(AppointmentTable.isSeen(by: scope))
        ORDER BY mine.start_order, mine.appointment_id \(.limit(most))
        """
    }

    private static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
