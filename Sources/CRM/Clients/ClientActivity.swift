package import Core
package import Storage

/// When somebody last dealt with a client: what lists are ordered by that ask who was left alone for long.
package enum ClientActivity {
    /// Somebody dealt with the client at `moment`. The version stays: nothing was changed that somebody else could be editing.
    package static func note(_ id: ClientID, at moment: Timestamp, in session: any SQLSession) throws {
        let later = try session.changes(
            "UPDATE client SET last_activity_at = \(moment) WHERE id = \(id) AND last_activity_at < \(moment)")
        guard later > 0 else { return }
        try session.run("UPDATE client_reader SET last_activity_at = \(moment) WHERE client_id = \(id)")
    }
}
