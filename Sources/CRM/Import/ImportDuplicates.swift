import Accounts
import Core
import Storage

/// By what a person is known to be another one: the rules of ``DuplicateSearch``, for many rows at once.
struct PersonKeys: Sendable {
    /// A number together with the name of whoever has it: a family or an office shares a number.
    struct Number: Hashable, Sendable {
        let value: String
        let name: [UInt8]
    }

    let emails: [String]
    let numbers: [Number]
    /// The identity that the file gives, where this program wrote it.
    let clientID: ClientID?

    init(_ forms: ClientForms, _ clientID: ClientID?) {
        emails = forms.matches.filter { $0.kind == .email }.map(\.value)
        numbers = forms.matches.filter { $0.kind == .phone }.map { Number(value: $0.value, name: forms.sortName) }
        self.clientID = clientID
    }
}

/// Who is who among some rows: the clients that the importer sees, and the rows before.
struct KnownPeople: Sendable {
    /// A client, or one of the rows by its place.
    enum Match: Sendable, Hashable {
        case client(ClientID)
        case row(Int)
    }

    private var byEmail: [String: Match] = [:]
    private var byNumber: [PersonKeys.Number: Match] = [:]
    /// The clients that answer to the identities of a file.
    private var byID: [ClientID: ClientID] = [:]

    init() {}

    /// Who has these keys already.
    func match(_ keys: PersonKeys) -> Match? {
        if let id = keys.clientID, let client = byID[id] { return .client(client) }
        for email in keys.emails { if let match = byEmail[email] { return match } }
        for number in keys.numbers { if let match = byNumber[number] { return match } }
        return nil
    }

    /// Adds whoever has these keys; who had one of them before keeps it.
    mutating func add(_ keys: PersonKeys, _ match: Match) {
        for email in keys.emails where byEmail[email] == nil { byEmail[email] = match }
        for number in keys.numbers where byNumber[number] == nil { byNumber[number] = match }
    }
}

extension KnownPeople {
    /// How many values are asked for in one statement. What is missing is filled up with the last, so that there is one text.
    private static let atOnce = 200

    /// Finds the clients outside of the trash that `scope` sees and that have one of `keys`. Of several the oldest counts.
    ///
    /// Each value is looked up by itself, in a subquery, so that PostgreSQL has no other way than the index: a join is planned by what the
    /// tables held before the import.
    mutating func find(_ keys: [PersonKeys], for scope: Scope, in session: any SQLSession) throws {
        let visible = ClientVisibility(scope).ofOne
        let emails = Set(keys.flatMap(\.emails)).sorted()
        for list in Self.lists(emails.map { "(\($0))" }) {
            for row in try session.rows(
                """
                SELECT column1 AS value, (
                    SELECT client.id FROM client_match CROSS JOIN client
                    WHERE client_match.kind = 'email' AND client_match.value = column1
                        AND client.id = client_match.client_id AND \(visible)
                    ORDER BY client.created_at, client.id LIMIT 1) AS id
                FROM (VALUES \(list)) AS wanted
                """)
            {
                guard let id: ClientID = try row.optional("id") else { continue }
                byEmail[try row.get("value")] = .client(id)
            }
        }
        try findNumbers(keys, visible, in: session)
        for list in Self.lists(Set(keys.compactMap(\.clientID)).sorted().map { "\($0)" }) {
            // Of one that was merged the client that answers for it.
            for row in try session.rows(
                """
                SELECT client.id AS known, client.id FROM client WHERE client.id IN (\(list)) AND \(visible)
                UNION ALL
                SELECT client_alias.id AS known, client.id FROM client_alias CROSS JOIN client
                WHERE client_alias.id IN (\(list)) AND client.id = client_alias.client_id AND \(visible)
                """)
            {
                byID[try row.get("known")] = try row.get("id", as: ClientID.self)
            }
        }
    }

    /// By the number first: as many may have one name, or none, as there are clients.
    private mutating func findNumbers(_ keys: [PersonKeys], _ visible: SQL, in session: any SQLSession) throws {
        let numbers = Set(keys.flatMap(\.numbers)).sorted { ($0.value, $0.name.count) < ($1.value, $1.name.count) }
        for list in Self.lists(numbers.map { "(\($0.value), \($0.name))" }) {
            for row in try session.rows(
                """
                SELECT column1 AS value, column2 AS name, (
                    SELECT found.id FROM (
                        SELECT client.id, client.sort_name, client.created_at FROM client_match CROSS JOIN client
                        WHERE client_match.kind = 'phone' AND client_match.value = column1
                            AND client.id = client_match.client_id AND \(visible) \(.askedForEachRow)) AS found
                    WHERE found.sort_name = column2 ORDER BY found.created_at, found.id LIMIT 1) AS id
                FROM (VALUES \(list)) AS wanted
                """)
            {
                guard let id: ClientID = try row.optional("id") else { continue }
                byNumber[PersonKeys.Number(value: try row.get("value"), name: try row.get("name"))] = .client(id)
            }
        }
    }

    /// The values as lists of ``atOnce``.
    private static func lists(_ values: [SQL]) -> [SQL] {
        stride(from: 0, to: values.count, by: atOnce).map { start in
            let part = values[start..<min(start + atOnce, values.count)]
            return (0..<atOnce).map { part[min(part.startIndex + $0, part.endIndex - 1)] }.joined(separator: ", ")
        }
    }
}
