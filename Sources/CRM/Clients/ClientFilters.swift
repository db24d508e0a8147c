import Core
import Storage

/// What filters need beside the tables of clients: an order by price, and indexes for what is often asked.
enum ClientFilters {
    static let migration = Migration(
        130, "filters of clients",
        [
            "ALTER TABLE client_reader ADD COLUMN price BIGINT NOT NULL DEFAULT -1",
            """
            UPDATE client_reader SET price = (SELECT client.price FROM client WHERE client.id = client_reader.client_id)
            WHERE client_id IN (SELECT id FROM client WHERE price IS NOT NULL)
            """,
            "CREATE INDEX client_reader_by_price ON client_reader (user_id, price, client_id)",
            "CREATE INDEX client_reader_stage_by_price ON client_reader (user_id, stage, price, client_id)",
            "CREATE INDEX client_by_price ON client (COALESCE(price, -1), id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_stage_by_price ON client (stage, COALESCE(price, -1), id) WHERE deleted_at IS NULL",
            "CREATE INDEX client_by_source ON client (source, id) WHERE deleted_at IS NULL",
            // The renewal of the search writes the folded text itself.
            "ALTER TABLE client_custom ADD COLUMN value_folded TEXT",
            "UPDATE client_custom SET value_folded = LOWER(value_text)",
            "DROP INDEX client_custom_by_text",
            "CREATE INDEX client_custom_by_text ON client_custom (key, substr(value_folded, 1, 100), client_id)",
            "DELETE FROM client_match WHERE client_id IN (SELECT id FROM client WHERE deleted_at IS NOT NULL)",
        ])
}

/// What a filter that was sent turned out to be.
package enum ReadFilterOutcome: Sendable, Hashable {
    case filter(ClientFilter)
    case invalid([FieldProblem])
}

extension ClientBook {
    /// Reads a filter that was sent in JSON as the field `name`. What is wrong is named by its path, as in `filter.and[1].value`.
    package func filter(_ node: FilterNode, named name: String = "filter") async throws -> ReadFilterOutcome {
        var reading = FilterReading(fields: nil)
        let filter = reading.filter(node, at: name)
        guard reading.check.problems.isEmpty, let filter else { return .invalid(reading.check.problems) }
        if filter.customKeys.isEmpty { return .filter(filter) }
        let fields = try await database.read { session in try CustomFieldTable.all(in: session) }
        var known = FilterReading(fields: fields)
        _ = known.filter(node, at: name)
        return known.check.problems.isEmpty ? .filter(filter) : .invalid(known.check.problems)
    }
}
