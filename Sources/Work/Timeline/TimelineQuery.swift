import CRM
import Core
import Storage

/// Where a page of a timeline starts: behind one entry, and behind one line of the history. The two are read apart and shown as one.
struct TimelinePosition {
    /// `at` and `id`.
    var entry: [SQLValue]?
    /// `at`, whose it was, `version` and `field`.
    var change: [SQLValue]?

    init() {}

    /// What ``values`` gave.
    init?(_ values: [SQLValue]) {
        guard values.count == 7, case .integer(let parts) = values[0] else { return nil }
        if parts & 1 != 0 { entry = Array(values[1...2]) }
        if parts & 2 != 0 { change = Array(values[3...6]) }
    }

    var values: [SQLValue] {
        let parts: Int64 = (entry == nil ? 0 : 1) + (change == nil ? 0 : 2)
        let nothing = SQLValue.integer(0)
        return [.integer(parts)] + (entry ?? [nothing, nothing]) + (change ?? [nothing, nothing, nothing, nothing])
    }
}

/// The one statement that reads a page of a timeline.
struct TimelineQuery {
    let client: ClientID
    let kind: String?
    let after: TimelinePosition
    let limit: Int
    let hasPinned: Bool

    /// The most entries that stand above the others.
    private static let mostPinned = 20

    /// What the history of a client tells on its timeline. What a merge had no place for is there under `merged.` and the name of the field.
    private static let fields: SQL = """
        (field IN ('created', 'restored', 'stage', 'assignedTo', 'merged', 'unmerged') OR field LIKE 'merged.%')
        """

    /// One row stands for a client without entries; none for one that is out of reach.
    func statement(_ visibility: ClientVisibility) -> SQL {
        var parts: [SQL] = []
        if hasPinned, kind == nil { parts.append(pinned) }
        if kind != "change" { parts.append(entries) }
        if kind == nil || kind == "change" { parts.append(changes) }
        return """
            SELECT client.id AS subject_id, told.part, told.at, told.of_id, told.id, told.kind, told.author_id,
                told.direction, told.subject_id AS about_id, told.body, told.detail, told.is_pinned, told.created_at,
                told.updated_at, told.version, told.field, told.old_value, told.new_value, told.way, told.origin_id
            FROM client LEFT JOIN (\(parts.joined(separator: " UNION ALL "))) AS told ON told.client_id = client.id
            WHERE client.id = \(ClientAlias.target(of: client)) AND \(visibility.ofOne)
            ORDER BY told.part, told.at DESC, told.id DESC, told.of_id DESC, told.version DESC, told.field DESC
            """
    }

    private var entryColumns: SQL {
        """
        client_id, at, first_client_id AS of_id, id, kind, author_id, direction, subject_id, body, detail, is_pinned,
            created_at, updated_at, version, '' AS field, NULL AS old_value, NULL AS new_value, '' AS way
        """
    }

    private var pinned: SQL {
        """
        SELECT * FROM (SELECT 0 AS part, \(entryColumns), subject_id AS origin_id FROM timeline_entry
            WHERE client_id = \(ClientAlias.target(of: client)) AND deleted_at IS NULL AND is_pinned = 1
            ORDER BY at DESC, id DESC LIMIT \(Self.mostPinned)) AS pinned
        """
    }

    private var entries: SQL {
        let start: SQL = after.entry.map { "AND (at, id) < (\($0[0]), \($0[1]))" } ?? ""
        let narrowed: SQL = kind.map { "AND kind = \($0)" } ?? ""
        return """
            SELECT * FROM (SELECT 1 AS part, \(entryColumns), subject_id AS origin_id FROM timeline_entry
                WHERE client_id = \(ClientAlias.target(of: client)) AND deleted_at IS NULL \(narrowed) \(start)
                ORDER BY at DESC, id DESC LIMIT \(limit + 1)) AS entries
            """
    }

    private var changes: SQL {
        let start: SQL =
            after.change.map { "AND (at, of_id, version, field) < (\($0[0]), \($0[1]), \($0[2]), \($0[3]))" } ?? ""
        func columns(_ ofID: SQL) -> SQL {
            """
            client_id, at, \(ofID) AS of_id, client_id AS id, 'change' AS kind, user_id AS author_id,
                '' AS direction, origin_id AS subject_id, '' AS body, '' AS detail, 0 AS is_pinned, at AS created_at,
                at AS updated_at, version, field, old_value, new_value, way, origin_id
            """
        }
        return """
            SELECT * FROM (SELECT 2 AS part, line.* FROM (
                SELECT \(columns("client_id")) FROM client_change
                WHERE client_id = \(ClientAlias.target(of: client)) AND \(Self.fields)
                UNION ALL
                SELECT \(columns("of_id")) FROM client_merged_change
                WHERE client_id = \(ClientAlias.target(of: client)) AND \(Self.fields)) AS line
                WHERE 1 = 1 \(start)
                ORDER BY at DESC, of_id DESC, version DESC, field DESC LIMIT \(limit + 1)) AS changes
            """
    }
}
