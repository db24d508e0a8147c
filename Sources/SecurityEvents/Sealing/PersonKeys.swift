import Core
import Storage

/// The keys under which the chain commits to what names a person; see ``EventCanon``.
///
/// Made when the first event about somebody is sealed, so that to record one costs nothing, and replaced when they are erased.
enum PersonKeys {
    /// What events about nobody are committed under: there is no person to erase.
    static let nobody: [UInt8] = []

    /// All keys, for a verification.
    static func all(_ database: any Database) async throws -> [AccountID: [UInt8]] {
        try await database.reduce(
            "SELECT user_id, key FROM security_person_key", into: [AccountID: [UInt8]]()
        ) { keys, row in
            keys[try row.identifier(0)] = try row.bytes(1)
        }
    }

    /// The keys of `people`; one is made for whoever has none.
    static func keys(
        of people: Set<AccountID>, in sql: any SQLSession, _ world: World
    ) throws -> [AccountID: [UInt8]] {
        guard !people.isEmpty else { return [:] }
        let list = people.map { "\($0)" as SQL }.joined(separator: ", ")
        let rows = try sql.rows("SELECT user_id, key FROM security_person_key WHERE user_id IN (\(list))")
        var keys: [AccountID: [UInt8]] = [:]
        for row in rows { keys[try row.get("user_id")] = try row.get("key") }
        for person in people where keys[person] == nil {
            let key = world.randomBytes(32)
            try sql.run("INSERT INTO security_person_key (user_id, key) VALUES (\(person), \(key))")
            keys[person] = key
        }
        return keys
    }
}
