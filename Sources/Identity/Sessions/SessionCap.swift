import Core
import SecurityEvents
import Storage

/// `MAX_SESSIONS_PER_USER`: when somebody opens one session more, the oldest ends.
struct SessionCap: Sendable {
    private let maximum: Int

    /// A cap of `maximum`; 0 for none.
    init(_ maximum: Int) { self.maximum = maximum }

    /// Ends the oldest open sessions above the cap, in the transaction that opened `newest`, and returns which those were.
    /// The newest itself never ends, whatever its clock says.
    func enforce(
        besides newest: Session, from source: RequestSource, _ gate: GateParts, in sql: any SQLSession
    ) throws -> [SessionID] {
        guard maximum > 0 else { return [] }
        let (user, now) = (newest.userID, newest.createdAt)
        let open = try sql.rows(
            """
            SELECT id FROM session WHERE user_id = \(user) AND id <> \(newest.id) AND \(SessionTable.isOpen(at: now, gate.tickets.clocks))
            ORDER BY created_at DESC, id DESC
            """)
        let surplus = try open.dropFirst(maximum - 1).map { "\(try $0.get("id", as: SessionID.self))" as SQL }
        guard !surplus.isEmpty else { return [] }
        let ended = try SessionTable.revoke(
            where: "id IN (\(surplus.joined(separator: ", ")))", at: now, because: .displaced, in: sql)
        for session in ended {
            try gate.recorder.record(
                Event(
                    .sessionRevoked, in: gate.world, user: user, session: session, from: source,
                    detail: ["reason": RevocationReason.displaced.rawValue]), in: sql)
        }
        return ended
    }
}
