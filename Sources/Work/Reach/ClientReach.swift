import Accounts
import CRM
import Core
import Storage

/// Which colleagues reach a client: owner and admin, and those to whom it is assigned or with whom it is shared.
enum ClientReach {
    /// Those of `ids` who are active and reach the client.
    static func accounts(
        _ ids: [AccountID], reaching client: ClientID, in session: any SQLSession
    ) throws -> [Account] {
        guard !ids.isEmpty else { return [] }
        let list = ids.map { "\($0)" as SQL }.joined(separator: ", ")
        return try session.rows(
            """
            SELECT \(AccountTable.columns) FROM account
            WHERE id IN (\(list)) AND status = 'active' AND (role IN ('owner', 'admin') OR EXISTS (
                SELECT 1 FROM client_reader
                WHERE client_reader.client_id = \(client) AND client_reader.user_id = account.id))
            ORDER BY id
            """
        ).map { try Account($0) }
    }
}
