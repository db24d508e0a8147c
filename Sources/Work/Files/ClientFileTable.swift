import CRM
import Core
import FileStorage
import Storage

/// What is known of the files about clients.
///
/// A row has no reference that removes it with its client: it stays until the bytes are gone from the store, however the client went.
enum ClientFileTable {
    static let migration = Migration(
        172, "files about clients",
        [
            """
            CREATE TABLE client_file (
                id \(.identifier) PRIMARY KEY,
                client_id \(.identifier) NOT NULL,
                first_client_id \(.identifier) NOT NULL,
                name TEXT NOT NULL,
                media_type TEXT NOT NULL,
                size BIGINT NOT NULL,
                hash \(.bytes) NOT NULL,
                uploaded_by \(.identifier),
                created_at BIGINT NOT NULL,
                deleted_at BIGINT
            )
            """,
            "CREATE INDEX client_file_by_client ON client_file (client_id, created_at, id)",
            "CREATE INDEX client_file_deleted ON client_file (deleted_at) WHERE deleted_at IS NOT NULL",
        ])

    static let columns: SQL = """
        client_file.id, client_file.client_id, client_file.name, client_file.media_type, client_file.size,
            client_file.uploaded_by, client_file.created_at
        """

    static func insert(_ file: ClientFile, hash: [UInt8], in session: any SQLSession) throws {
        try session.run(
            """
            INSERT INTO client_file
                (id, client_id, first_client_id, name, media_type, size, hash, uploaded_by, created_at)
            VALUES (\(file.id), \(file.clientID), \(file.clientID), \(file.name), \(file.mediaType), \(file.size),
                \(hash), \(file.uploadedBy), \(file.createdAt))
            """)
    }

    /// How many files the client has, those that were removed lately among them.
    static func count(of client: ClientID, in session: any SQLSession) throws -> Int {
        try session.row("SELECT COUNT(*) AS files FROM client_file WHERE client_id = \(client)")?.get("files") ?? 0
    }
}

extension ClientFile {
    init(_ row: Row) throws {
        id = try row.get("id")
        clientID = try row.get("client_id")
        name = try row.get("name")
        mediaType = try row.get("media_type")
        size = try row.get("size")
        uploadedBy = try row.optional("uploaded_by")
        createdAt = try row.get("created_at")
    }
}
