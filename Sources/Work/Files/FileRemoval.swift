import Core
import FileStorage
import Storage

extension ClientFiles {
    private static let atOnce = 200

    /// Removes the bytes of files that were taken away 30 days ago, and of those whose client is not there any more. Returns how many.
    @discardableResult package func removeForgotten() async throws -> Int {
        let earliest = world.now() - Self.kept
        var removed = 0
        while true {
            let rows = try await database.rows(
                """
                SELECT id FROM client_file WHERE deleted_at <= \(earliest) OR NOT EXISTS (
                    SELECT 1 FROM client WHERE client.id = client_file.client_id) LIMIT \(Self.atOnce)
                """)
            let ids: [StoredFileID] = try rows.map { try $0.get("id") }
            for id in ids {
                // First the bytes: a row without them is tried again, bytes without a row would stay for good.
                try await store.remove(id)
                try await database.transaction { session in
                    try session.run("DELETE FROM client_file WHERE id = \(id)")
                }
                removed += 1
            }
            if ids.count < Self.atOnce { return removed }
        }
    }
}
