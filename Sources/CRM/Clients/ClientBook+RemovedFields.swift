import Core
import Storage

extension ClientBook {
    private static let erasedAtOnce = 100

    /// Takes the values of custom fields that were removed out of the clients, a batch in a transaction, those in the trash too.
    func eraseRemovedFields() async throws {
        let edit = ClientEdit(home: home, now: world.now())
        while try await database.transaction({ session in
            let rows = try session.rows(
                """
                SELECT \(Client.columns), deleted_at FROM client WHERE id IN (
                    SELECT client_custom.client_id FROM custom_field
                    JOIN client_custom ON client_custom.key = custom_field.key
                    WHERE custom_field.removed_at IS NOT NULL LIMIT \(Self.erasedAtOnce))
                ORDER BY id \(.forUpdate)
                """)
            let live = Set(try CustomFieldTable.all(in: session).map(\.key))
            try ClientWriting.perform(in: session, edit) { writing in
                for row in rows {
                    let client = try Client(row)
                    var content = try ClientContent(client)
                    let before = content.details
                    content.details.custom.removeAll { !live.contains($0.key) }
                    try writing.rewrite(client.id, from: before, to: content.details)
                    let isInTrash = try row.optional("deleted_at", as: Timestamp.self) != nil
                    try writing.renewSearch(
                        client.id, content, text: SearchText.text(of: content, in: edit.home),
                        matches: isInTrash ? [] : ClientMatch.all(of: content, in: edit.home))
                }
            }
            return !rows.isEmpty
        }) {}
    }
}
