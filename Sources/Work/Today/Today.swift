package import Accounts
package import CRM
package import Core
package import Storage

/// Whoever looks at their day, and when.
package struct TodayReader: Sendable {
    package let scope: Scope
    /// Their moment, their zone and the day that it is for them.
    package let clock: TaskClock
    /// After how long a client of each stage is to be spoken with again.
    package let intervals: [StageInterval]
}

/// One part of somebody's day: one statement along an index of the reader, of which at most ``most`` rows are shown.
package protocol TodayPart: Sendable {
    /// The name of its member in the answer.
    var member: StaticString { get }
    /// How many rows are shown.
    var most: Int { get }
    /// The rows for the reader, up to one more than are shown; `nil` when there can be none.
    func statement(for reader: TodayReader) -> SQL?
    /// Writes the rows that are shown, each as an object, in their order.
    func write(
        _ rows: ArraySlice<Row>, for reader: TodayReader, in session: any SQLSession, to list: inout JSONWriter) throws
}

/// What somebody has to do on their day, in one call.
package struct Today: Sendable {
    private let database: any Database
    private let world: World
    private let settings: UserSettings
    private let parts: [any TodayPart]

    /// The day out of these parts, in their order.
    package init(database: any Database, world: World, settings: UserSettings, parts: [any TodayPart]) {
        self.database = database
        self.world = world
        self.settings = settings
        self.parts = parts
    }

    /// The caller's day as the API shows it. Two round trips, and one for the people of appointments.
    package func json(_ scope: Scope) async throws -> JSONWriter {
        let (now, settings, parts) = (world.now(), settings, parts)
        return try await database.read { session in
            let known = try session.answers(to: [UserSettings.query(scope.userID), StageIntervals.query])
            let reader = TodayReader(
                scope: scope, clock: TaskClock(now: now, zone: try settings.settings(known[0].first).zone),
                intervals: try known[1].map { try StageInterval($0) })
            let statements = parts.map { $0.statement(for: reader) }
            var answers = try session.answers(to: statements.compactMap(\.self))[...]
            var json = JSONWriter(capacity: 16_384)
            try json.object { object in
                object.member("date", reader.clock.today.text)
                object.member("timeZone", reader.clock.zone.name)
                for (part, statement) in zip(parts, statements) {
                    let rows = statement == nil ? [] : answers.popFirst() ?? []
                    object.key(part.member)
                    try object.object { member in
                        member.key("data")
                        try member.array { list in
                            try part.write(rows.prefix(part.most), for: reader, in: session, to: &list)
                        }
                        member.member("hasMore", rows.count > part.most)
                    }
                }
            }
            return json
        }
    }
}
