import Core
import Storage

/// Computes the leaves of the events that some seals name, straight from the rows as the database holds them.
struct EventLeaves: Sendable {
    private let wanted: [EventID]
    private let personKeys: [AccountID: [UInt8]]
    private let erased: [EventID: Fingerprint]

    init(of seals: [StoredSeal], _ personKeys: [AccountID: [UInt8]]) {
        wanted = seals.map(\.event)
        self.personKeys = personKeys
        var erased: [EventID: Fingerprint] = [:]
        for seal in seals {
            if let remnant = seal.remnant, remnant.kind == .erased { erased[seal.event] = remnant.kept }
        }
        self.erased = erased
    }

    /// The leaf of each event that is there.
    func read(from database: any Database) async throws -> [EventID: Fingerprint] {
        guard let lowest = wanted.min(), let highest = wanted.max() else { return [:] }
        // Sealed together means written together, but for a few that were late: nearly all of the range is wanted. The limit is
        // for a log in which somebody has put things far apart.
        var leaves = try await leaves(
            database, where: "e.id BETWEEN \(lowest) AND \(highest) ORDER BY e.id LIMIT \(wanted.count * 4)")
        let missing = wanted.filter { leaves[$0] == nil }
        for start in stride(from: 0, to: missing.count, by: 500) {
            let list = missing[start..<min(start + 500, missing.count)].map { "\($0)" as SQL }.joined(separator: ", ")
            leaves.merge(try await self.leaves(database, where: "e.id IN (\(list))")) { first, _ in first }
        }
        return leaves
    }

    private struct Reading: Sendable {
        var canon = EventCanon()
        var leaves: [EventID: Fingerprint] = [:]
    }

    private func leaves(_ database: any Database, where condition: SQL) async throws -> [EventID: Fingerprint] {
        let (personKeys, erased, count) = (personKeys, erased, wanted.count)
        return try await database.reduce(
            "SELECT \(EventCanon.columns) FROM security_event e WHERE \(condition)", into: Reading()
        ) { reading, row in
            if reading.leaves.isEmpty { reading.leaves.reserveCapacity(count) }
            let id: EventID = try row.identifier(0)
            let commitment: Fingerprint
            if !erased.isEmpty, let kept = erased[id] {
                // Nobody may write anything into the room that an erasure has left.
                guard try EventCanon.isBlank(row) else {
                    reading.leaves[id] = .zero
                    return
                }
                commitment = kept
            } else {
                let person: AccountID? = row.isNull(3) ? nil : try row.identifier(3)
                let key = person.flatMap { personKeys[$0] } ?? PersonKeys.nobody
                commitment = try reading.canon.commitment(row, key: key)
            }
            reading.leaves[id] = try reading.canon.leaf(row, commitment: commitment)
        }.leaves
    }
}

extension EventCanon {
    /// Whether the personal fields are as an erasure leaves them.
    static func isBlank(_ row: any RowInPlace) throws -> Bool {
        try row.isNull(6) && row.text(7).isEmpty && row.text(8) == "{}"
    }
}
