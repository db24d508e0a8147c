package import Core
package import Storage

extension ClientBook {
    /// Passes everything of `leaver` to `successor` in the transaction behind `session`: the clients assigned to them, those in the trash too, their
    /// place among the collaborators, the lists that they share, and what they had to do. Returns how many clients got a new agent.
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
        try Happening(.clientsChanged, leaver, at: now, others: ["way": ChangeOrigin.Way.handOver.rawValue])
            .tell(in: session)
        try handOverTrash(from: leaver, to: successor, in: session)
        try SmartListTable.passOn(from: leaver, to: successor, in: session)
        for dependent in dependents { try dependent.handOver(from: leaver, to: successor, at: now, in: session) }
        return assigned
    }

    /// What lies in the trash is out of reach of an edit, and must not come back as a leaver's, nor as shared with them.
    private func handOverTrash(
        from leaver: AccountID, to successor: AccountID, in session: any SQLSession
    ) throws {
        try session.run("UPDATE client SET assigned_to = \(successor) WHERE assigned_to = \(leaver)")
        let shared = try session.rows(
            """
            SELECT \(Client.columns) FROM client
            WHERE id IN (SELECT client_id FROM client_collaborator WHERE user_id = \(leaver)) ORDER BY id \(.forUpdate)
            """
        ).map(Client.init)
        for client in shared {
            let left = try client.collaborators.elements().filter { $0 != leaver && $0 != client.assignedTo }
            try session.run("UPDATE client SET collaborators = \(StoredList(left)) WHERE id = \(client.id)")
        }
        try session.run("DELETE FROM client_collaborator WHERE user_id = \(leaver)")
    }
}
