import Core
import Storage

extension Client {
    /// The columns that make a client, for every statement that returns one.
    static var columns: SQL {
        """
        id, first_name, last_name, emails, phones, addresses, tags, collaborators, stage, source, assigned_to, price,
        background, created_at, updated_at, last_activity_at, version
        """
    }

    init(_ row: Row) throws {
        id = try row.get("id")
        firstName = try row.get("first_name")
        lastName = try row.get("last_name")
        emails = try row.get("emails")
        phones = try row.get("phones")
        addresses = try row.get("addresses")
        tags = try row.get("tags")
        collaborators = try row.get("collaborators")
        stage = try row.get("stage")
        source = try row.optional("source")
        assignedTo = try row.optional("assigned_to")
        price = try row.optional("price")
        background = try row.get("background")
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        lastActivityAt = try row.get("last_activity_at")
        version = try row.get("version")
    }
}
