import Storage

/// The column for what is known of clients beside what lists are ordered by.
enum ClientDepth {
    static let migration = Migration(
        110, "clients in depth",
        [
            """
            ALTER TABLE client ADD COLUMN details TEXT NOT NULL DEFAULT '{"priceMax":null,"timeFrame":"","birthday":null,            "anniversaries":[],"relationships":[],"doNotCall":false,"doNotText":false,"doNotMail":false,"consent":[],            "customFields":{}}'
            """,
            "ALTER TABLE client ADD COLUMN deleted_by \(.identifier)",
        ])
}
