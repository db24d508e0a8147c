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

    init(_ content: ClientContent, _ clientID: ClientID?, home: HomeRegion) {
        emails = ClientMatch.emails(of: content).map(\.value)
        let name = SearchText.sortName(of: content)
        numbers = ClientMatch.phones(of: content, in: home).map { Number(value: $0.value, name: name) }
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
    private var ids: Set<ClientID> = []

    init() {}

    /// Who has these keys already.
    func match(_ keys: PersonKeys) -> Match? {
        if let id = keys.clientID, ids.contains(id) { return .client(id) }
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

/// CROSS JOIN, so that SQLite begins with the values and not with the names.
extension KnownPeople {
    /// How many values are asked for in one statement. What is missing is filled up with the last, so that there is one text.
    private static let atOnce = 200

    /// Finds the clients outside of the trash that `scope` sees and that have one of `keys`. Of several the oldest counts.
    mutating func find(_ keys: [PersonKeys], for scope: Scope, in session: any SQLSession) throws {
        let visible = ClientVisibility(scope).ofOne
        let emails = Set(keys.flatMap(\.emails)).sorted()
        for list in Self.lists(emails) {
            for row in try session.rows(
                """
                SELECT client_match.value AS value, client.id AS id FROM client_match CROSS JOIN client
                WHERE client_match.kind = 'email' AND client_match.value IN (\(list))
                    AND client.id = client_match.client_id AND \(visible)
                ORDER BY client.created_at, client.id
                """)
            {
                let value: String = try row.get("value")
                if byEmail[value] == nil { byEmail[value] = .client(try row.get("id")) }
            }
        }
        try findNumbers(keys, visible, in: session)
        for list in Self.lists(Set(keys.compactMap(\.clientID)).sorted()) {
            for row in try session.rows("SELECT id FROM client WHERE id IN (\(list)) AND \(visible)") {
                ids.insert(try row.get("id"))
            }
        }
    }

    private mutating func findNumbers(_ keys: [PersonKeys], _ visible: SQL, in session: any SQLSession) throws {
        let numbers = Set(keys.flatMap(\.numbers)).sorted { ($0.value, $0.name.count) < ($1.value, $1.name.count) }
        for start in stride(from: 0, to: numbers.count, by: Self.atOnce) {
            let part = numbers[start..<min(start + Self.atOnce, numbers.count)]
            guard let list = Self.lists(part.map(\.value)).first, let names = Self.lists(part.map(\.name)).first else {
                continue
            }
            for row in try session.rows(
                """
                SELECT client_match.value AS value, client.sort_name AS name, client.id AS id
                FROM client_match CROSS JOIN client
                WHERE client_match.kind = 'phone' AND client_match.value IN (\(list))
                    AND client.id = client_match.client_id AND client.sort_name IN (\(names)) AND \(visible)
                ORDER BY client.created_at, client.id
                """)
            {
                let number = PersonKeys.Number(value: try row.get("value"), name: try row.get("name"))
                if byNumber[number] == nil { byNumber[number] = .client(try row.get("id")) }
            }
        }
    }

    /// The values as lists of ``atOnce``.
    private static func lists(_ values: [some SQLConvertible]) -> [SQL] {
        stride(from: 0, to: values.count, by: atOnce).map { start in
            let part = values[start..<min(start + atOnce, values.count)]
            let filled = (0..<atOnce).map { part[min(part.startIndex + $0, part.endIndex - 1)] }
            return filled.map { "\($0)" as SQL }.joined(separator: ", ")
        }
    }
}
