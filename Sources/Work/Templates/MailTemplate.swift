import CRM
package import Core
import Storage

/// Marks identities of templates.
package enum MailTemplateEntity {}

/// The identity of a template.
package typealias MailTemplateID = Identifier<MailTemplateEntity>

/// A mail that is written once and sent to many, each with their own name in it.
package struct MailTemplate: Sendable, Hashable {
    package let id: MailTemplateID
    /// Who wrote it.
    package let ownerID: AccountID
    package var name: String
    package var subject: String
    package var body: String
    /// Whether everybody may use it; owner and admin keep those.
    package var isShared: Bool
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var version: Int64

    /// The most that one person has, and that are shared.
    static let most = 200

    /// Writes the template as the API shows it.
    package func write(to json: inout JSONWriter) {
        json.object { object in
            object.member("id", id)
            object.member("ownerId", ownerID)
            object.member("name", name)
            object.member("subject", subject)
            object.member("body", body)
            object.member("isShared", isShared)
            object.member("createdAt", createdAt)
            object.member("updatedAt", updatedAt)
            object.member("version", version)
        }
    }
}

/// A template to be, or a change of one, as a caller sends it. What is `nil` stays as it is.
package struct MailTemplateDraft: Sendable, Decodable {
    package var name: String?
    package var subject: String?
    package var body: String?
    package var isShared: Bool?

    package init(name: String? = nil, subject: String? = nil, body: String? = nil, isShared: Bool? = nil) {
        self.name = name
        self.subject = subject
        self.body = body
        self.isShared = isShared
    }
}

/// The templates of everybody.
enum MailTemplateTable {
    static let migration = Migration(
        210, "mail templates",
        [
            """
            CREATE TABLE mail_template (
                id \(.identifier) PRIMARY KEY,
                owner_id \(.identifier) NOT NULL REFERENCES account (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                subject TEXT NOT NULL,
                body TEXT NOT NULL,
                is_shared BIGINT NOT NULL,
                created_at BIGINT NOT NULL,
                updated_at BIGINT NOT NULL,
                version BIGINT NOT NULL
            )
            """,
            "CREATE INDEX mail_template_by_owner ON mail_template (owner_id)",
        ])

    static let columns: SQL = "id, owner_id, name, subject, body, is_shared, created_at, updated_at, version"

    /// The template, if `account` may use it.
    static func template(
        _ id: MailTemplateID, for account: AccountID, isToChange: Bool = false, in session: any SQLSession
    ) throws -> MailTemplate? {
        let held: SQL = isToChange ? "\(.forUpdate)" : ""
        return try session.row(
            """
            SELECT \(columns) FROM mail_template
            WHERE id = \(id) AND (owner_id = \(account) OR is_shared = 1) \(held)
            """
        ).map { try MailTemplate($0) }
    }
}

extension MailTemplate {
    init(_ row: Row) throws {
        id = try row.get("id")
        ownerID = try row.get("owner_id")
        name = try row.get("name")
        subject = try row.get("subject")
        body = try row.get("body")
        isShared = try row.get("is_shared")
        createdAt = try row.get("created_at")
        updatedAt = try row.get("updated_at")
        version = try row.get("version")
    }
}
