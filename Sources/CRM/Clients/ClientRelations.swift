import Accounts
import Core
import Storage

/// The clients to whom a client is related.
enum ClientRelations {
    /// Gives each relationship that names a client, and is new since `before`, that client's name where it has none; and says which of them name
    /// somebody whom `scope` does not see, or the client itself. One that was merged stands for the client into which it was. One out of reach is
    /// answered like one that does not exist.
    static func complete(
        _ content: inout ClientContent, since before: ClientContent?, of id: ClientID, _ scope: Scope,
        in session: any SQLSession
    ) throws -> [FieldProblem] {
        let known = Set(before?.details.relationships ?? [])
        var check = FieldCheck()
        for (index, relationship) in content.details.relationships.enumerated() {
            guard let other = relationship.clientID, !known.contains(relationship) else { continue }
            let row = try session.row(
                """
                SELECT id, first_name, last_name FROM client
                WHERE id = \(ClientAlias.target(of: other)) AND id <> \(id) AND \(ClientVisibility(scope).ofOne)
                """)
            guard let row else {
                check.refuse(
                    "relationships[\(index)].clientId", .unknownClient, "There is no other client with this identity.")
                continue
            }
            content.details.relationships[index].clientID = try row.get("id")
            guard relationship.name.isEmpty else { continue }
            let names: [String] = [try row.get("first_name"), try row.get("last_name")]
            content.details.relationships[index].name = names.filter { !$0.isEmpty }.joined(separator: " ")
        }
        return check.problems
    }
}
