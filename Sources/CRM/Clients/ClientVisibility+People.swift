import Core
package import Storage

extension ClientVisibility {
    /// Holds for the rows of `account` whose owner may be given something to do with the client: somebody active who reaches it. A statement that
    /// asks this is answered alike for somebody who does not exist and for somebody out of whose reach the client is.
    package static func isReached(_ client: ClientID) -> SQL {
        """
        account.status = 'active' AND (account.role IN ('owner', 'admin') OR EXISTS (
            SELECT 1 FROM client WHERE client.id = \(client) AND client.deleted_at IS NULL
                AND (client.assigned_to = account.id OR EXISTS (
                    SELECT 1 FROM client_collaborator AS shared
                    WHERE shared.client_id = client.id AND shared.user_id = account.id))))
        """
    }
}
