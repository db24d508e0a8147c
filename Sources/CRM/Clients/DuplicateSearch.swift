import Accounts
import Core
import Storage

/// Finds clients who may be the same person as one about to be created.
///
/// The same person is one with the same e-mail address, or with the same phone number *and* the same name: a family or
/// an office shares a number. Only clients within the scope count, because a warning about a colleague's client would
/// tell that the colleague has it. It is a warning and no constraint: two people who type the same lead at the same
/// moment may both succeed, and merge later.
enum DuplicateSearch {
    /// At most ten clients like `content`, oldest first.
    static func clients(
        like content: ClientContent, for scope: Scope, home: HomeRegion, in session: any SQLSession
    ) throws -> [Client] {
        var candidates: [SQL] = []
        let emails = ClientMatch.emails(of: content)
        if !emails.isEmpty {
            candidates.append("SELECT client_id FROM client_match WHERE \(isAny(of: emails, .email))")
        }
        let phones = ClientMatch.phones(of: content, in: home)
        if !phones.isEmpty {
            candidates.append(
                """
                SELECT namesake.id FROM client_match JOIN client AS namesake ON namesake.id = client_match.client_id
                WHERE \(isAny(of: phones, .phone)) AND namesake.sort_name = \(SearchText.sortName(of: content))
                """)
        }
        guard !candidates.isEmpty else { return [] }
        return try session.rows(
            """
            SELECT \(Client.columns) FROM client
            WHERE id IN (\(candidates.joined(separator: " UNION "))) AND \(ClientVisibility(scope).ofOne)
            ORDER BY created_at, id LIMIT 10
            """
        ).map(Client.init)
    }

    private static func isAny(of matches: [ClientMatch], _ kind: ClientMatch.Kind) -> SQL {
        let values = matches.map { "\($0.value)" as SQL }.joined(separator: ", ")
        return "client_match.kind = \(kind.rawValue) AND client_match.value IN (\(values))"
    }
}
