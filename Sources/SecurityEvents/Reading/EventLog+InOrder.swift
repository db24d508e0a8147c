import Core
import Storage

extension EventLog {
    /// The events of some types in the order in which they happened, after one of them or from the beginning: a page, for
    /// whoever reads the whole log without holding it.
    package func oldest(
        _ types: [EventType], after last: EventID?, limit: Int
    ) async throws -> [RecordedEvent] {
        let names = types.map { "\($0.rawValue)" as SQL }.joined(separator: ", ")
        let start: SQL = last.map { "AND id > \($0)" } ?? ""
        return try await database.rows(
            """
            SELECT id, type, at, user_id, session_id, ip, user_agent, request_id, detail
            FROM security_event WHERE type IN (\(names)) \(start) ORDER BY id LIMIT \(limit)
            """
        ).map(RecordedEvent.init)
    }
}
