import Core

extension Outbox {
    /// The kinds that begin with `prefix` and of which something is due that nobody has leased: for what has a kind for each receiver.
    package func dueKinds(prefix: String) async throws -> [String] {
        let now = world.now()
        return try await database.rows(
            """
            SELECT DISTINCT kind FROM outbox WHERE state = 'waiting' AND due_at <= \(now) AND kind LIKE \(prefix + "%")
                AND (leased_until IS NULL OR leased_until <= \(now))
            ORDER BY kind
            """
        ).map { try $0.get("kind") }
    }
}
