package import Core
package import SecurityEvents
package import Storage

/// `MAX_SESSIONS_PER_USER`: when somebody opens one session more, the oldest ends.
package struct SessionCap: Sendable {
    private let maximum: Int
    private let clocks: SessionClocks
    private let world: World
    private let recorder: EventRecorder

    /// A cap of `maximum`; 0 for none.
    package init(_ maximum: Int, clocks: SessionClocks, world: World, recorder: EventRecorder) {
        self.maximum = maximum
        self.clocks = clocks
        self.world = world
        self.recorder = recorder
    }

    /// Ends the oldest open sessions above the cap, in the transaction that opened `newest`, and returns which those were.
    /// The newest itself never ends, whatever its clock says.
    package func enforce(
        besides newest: Session, from source: RequestSource, in sql: any SQLSession
    ) throws -> [SessionID] {
        guard maximum > 0 else { return [] }
        let (user, now) = (newest.userID, newest.createdAt)
        let open = try sql.rows(
            """
            SELECT id FROM session WHERE user_id = \(user) AND id <> \(newest.id) AND \(SessionTable.isOpen(at: now, clocks))
            ORDER BY created_at DESC, id DESC
            """)
        let surplus = try open.dropFirst(maximum - 1).map { "\(try $0.get("id", as: SessionID.self))" as SQL }
        guard !surplus.isEmpty else { return [] }
        let ended = try SessionTable.revoke(
            where: "id IN (\(surplus.joined(separator: ", ")))", at: now, because: .displaced, in: sql)
        for session in ended {
            try recorder.record(
                Event(
                    .sessionRevoked, in: world, user: user, session: session, from: source,
                    detail: ["reason": RevocationReason.displaced.rawValue]), in: sql)
        }
        return ended
    }
}
