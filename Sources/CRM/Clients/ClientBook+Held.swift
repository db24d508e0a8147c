import Accounts
package import Core
package import Storage

extension ClientBook {
    /// Changes a client that is held by the caller, in its transaction: what a program does on behalf of `author`, such as a step of a plan. Returns
    /// what is wrong with `patch`; then nothing was written. `origin` says in the history how it came about.
    package func change(
        held client: Client, _ patch: ClientPatch, by author: AccountID, _ origin: ChangeOrigin, at now: Timestamp,
        in session: any SQLSession
    ) throws -> [FieldProblem] {
        let before = try ClientContent(client)
        let edit = ClientEdit(home: home, author: author, now: now, origin: origin, announces: true)
        let (after, wrong) = before.applying(patch, in: edit)
        let problems = try wrong + ClientStage.problems(from: before, to: after, in: session)
        guard problems.isEmpty, before != after else { return problems }
        _ = try ClientWriting.perform(in: session, edit) { writing in
            try writing.update(client.id, at: client.version, from: before, to: after)
        }
        return []
    }

    /// The client with that identity whoever sees it, held until the transaction ends; `nil` for one in the trash. For what is done without a
    /// person: whoever answers a person asks ``ClientAlias/held(_:for:in:)``.
    package static func held(_ id: ClientID, in session: any SQLSession) throws -> Client? {
        try session.row(
            """
            SELECT \(Client.columns) FROM client
            WHERE id = \(ClientAlias.target(of: id)) AND deleted_at IS NULL \(.forUpdate)
            """
        ).map { try Client($0) }
    }
}
