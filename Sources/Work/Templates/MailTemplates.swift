package import Accounts
package import CRM
package import Core
package import Storage

/// The templates of mails: everybody has their own, and those that owner and admin share.
package struct MailTemplateBook: Sendable {
    private let database: any Database
    private let world: World

    package init(database: any Database, world: World) {
        self.database = database
        self.world = world
    }

    /// How a change ended.
    package enum Outcome: Sendable, Hashable {
        case done(MailTemplate)
        case invalid([FieldProblem])
        case versionMismatch
        case notFound
        case forbidden
    }

    /// Those that `scope` may use, by name.
    package func all(_ scope: Scope) async throws -> [MailTemplate] {
        try await database.rows(
            """
            SELECT \(MailTemplateTable.columns) FROM mail_template
            WHERE owner_id = \(scope.userID) OR is_shared = 1 ORDER BY name, id
            """
        ).map { try MailTemplate($0) }
    }

    /// One; `nil` when there is none, or it is another's own.
    package func get(_ scope: Scope, _ id: MailTemplateID) async throws -> MailTemplate? {
        try await database.read { session in try MailTemplateTable.template(id, for: scope.userID, in: session) }
    }

    /// Makes a template. To share it is for owner and admin.
    package func create(_ scope: Scope, _ draft: MailTemplateDraft) async throws -> Outcome {
        guard draft.isShared != true || scope.role.seesEverything else { return .forbidden }
        let now = world.now()
        let empty = MailTemplate(
            id: world.identifier(), ownerID: scope.userID, name: "", subject: "", body: "", isShared: false,
            createdAt: now, updatedAt: now, version: 1)
        return try await database.transaction { session in
            var check = FieldCheck()
            let made = try Self.applied(draft, to: empty, &check, in: session)
            let row = try session.row(
                """
                SELECT COUNT(*) AS templates FROM mail_template
                WHERE owner_id = \(scope.userID) AND is_shared = \(made.isShared)
                """)
            if try row?.get("templates") ?? 0 >= MailTemplate.most {
                check.refuse("name", .tooMany, "At most \(MailTemplate.most) templates are kept.")
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try session.run(
                """
                INSERT INTO mail_template (\(MailTemplateTable.columns)) VALUES (\(made.id), \(made.ownerID),
                    \(made.name), \(made.subject), \(made.body), \(made.isShared), \(now), \(now), 1)
                """)
            return .done(made)
        }
    }

    /// Changes what `draft` names: one's own, or as owner or admin a shared one.
    package func change(
        _ scope: Scope, _ id: MailTemplateID, _ draft: MailTemplateDraft, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        let now = world.now()
        return try await database.transaction { session in
            guard
                let before = try MailTemplateTable.template(id, for: scope.userID, isToChange: true, in: session)
            else { return .notFound }
            guard Self.mayChange(before, scope), draft.isShared != true || scope.role.seesEverything else {
                return .forbidden
            }
            if let expectedVersions, !expectedVersions.contains(before.version) { return .versionMismatch }
            var check = FieldCheck()
            var after = try Self.applied(draft, to: before, &check, in: session)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            guard after != before else { return .done(before) }
            after.updatedAt = now
            after.version += 1
            try session.run(
                """
                UPDATE mail_template SET name = \(after.name), subject = \(after.subject), body = \(after.body),
                    is_shared = \(after.isShared), updated_at = \(now), version = \(after.version)
                WHERE id = \(id)
                """)
            return .done(after)
        }
    }

    /// Removes a template. What was sent with it stays as it was; plans under way have its text.
    package func remove(_ scope: Scope, _ id: MailTemplateID) async throws -> Outcome {
        try await database.transaction { session in
            guard
                let template = try MailTemplateTable.template(id, for: scope.userID, isToChange: true, in: session)
            else { return .notFound }
            guard Self.mayChange(template, scope) else { return .forbidden }
            try session.run("DELETE FROM mail_template WHERE id = \(id)")
            return .done(template)
        }
    }

    private static func mayChange(_ template: MailTemplate, _ scope: Scope) -> Bool {
        template.isShared ? scope.role.seesEverything : template.ownerID == scope.userID
    }

    private static func applied(
        _ draft: MailTemplateDraft, to template: MailTemplate, _ check: inout FieldCheck, in session: any SQLSession
    ) throws -> MailTemplate {
        var changed = template
        let keys = try CustomFieldList.presentKeys(in: session)
        if let name = draft.name { changed.name = check.line(name, "name", 100) }
        if changed.name.isEmpty { check.refuse("name", .required, "A template has a name.") }
        if let subject = draft.subject {
            changed.subject = check.line(subject, "subject", 300)
            _ = TemplateText.checked(changed.subject, "subject", custom: keys, &check)
        }
        if changed.subject.isEmpty { check.refuse("subject", .required, "A mail has a subject.") }
        if let body = draft.body {
            changed.body = check.paragraphs(body, "body", 50_000)
            _ = TemplateText.checked(changed.body, "body", custom: keys, &check)
        }
        if changed.body.isEmpty { check.refuse("body", .required, "Write something.") }
        if let isShared = draft.isShared { changed.isShared = isShared }
        return changed
    }
}
