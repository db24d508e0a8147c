package import Core
package import Storage

extension ClientBook {
    /// Whether a client, in the trash or not, is assigned to `account` or shared with it, or it shares a list with others,
    /// or has something to do that hangs on clients.
    package func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool {
        if try dependents.contains(where: { try $0.concerns(account, in: session) }) { return true }
        return try session.row(
            """
            SELECT 1 AS one FROM client WHERE assigned_to = \(account)
            UNION ALL SELECT 1 FROM client_collaborator WHERE user_id = \(account)
            UNION ALL SELECT 1 FROM smart_list WHERE owner_id = \(account) AND is_shared = 1 LIMIT 1
            """) != nil
    }
}
