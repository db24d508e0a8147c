package import Core
package import Storage

extension ClientBook {
    /// Passes everything of `leaver` to `successor` in the transaction behind `session`: the clients assigned to them, those in the trash too, and
    /// their place among the collaborators. Returns how many clients got a new agent.
    package func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession
    ) throws -> Int {
        let rows = try session.rows(
            """
            SELECT \(Client.columns) FROM client WHERE deleted_at IS NULL AND (assigned_to = \(leaver)
                OR id IN (SELECT client_id FROM client_collaborator WHERE user_id = \(leaver)))
            ORDER BY id \(.forUpdate)
            """)
        let assigned = try ClientWriting.perform(
            in: session, ClientEdit(home: home, now: now, origin: .handOver)
        ) { writing in
            var assigned = 0
            for row in rows {
                let client = try Client(row)
                let before = try ClientContent(client)
                var after = before
                if before.assignedTo == leaver {
                    after.assignedTo = successor
                    assigned += 1
                }
                after.collaborators.removeAll { $0 == leaver || $0 == after.assignedTo }
                _ = try writing.update(client.id, at: client.version, from: before, to: after)
            }
            return assigned
        }
        // What lies in the trash is out of reach of an edit, and must not come back as a leaver's.
        try session.run("UPDATE client SET assigned_to = \(successor) WHERE assigned_to = \(leaver)")
        return assigned
    }
}
