package import Accounts
package import CRM
package import Core
package import Storage

/// The webhooks of the brokerage, for owner and admin alone: whoever sets one learns of everything that happens, though not what is in it.
package struct Webhooks: Sendable {
    let database: any Database
    let world: World
    let cursors: CursorSealer
    private let secrets: WebhookSecrets
    private let allowsPrivate: Bool

    /// `cursorKey` signs the cursors of the deliveries; `allowsPrivate` is `ALLOW_PRIVATE_WEBHOOKS`.
    package init(
        database: any Database, world: World, cursorKey: Secret<[UInt8]>, secrets: WebhookSecrets, allowsPrivate: Bool
    ) {
        self.database = database
        self.world = world
        self.secrets = secrets
        self.allowsPrivate = allowsPrivate
        cursors = CursorSealer(key: cursorKey)
    }

    /// How a request for a webhook ended.
    package enum Outcome: Sendable {
        case done(Webhook)
        /// Made, with the secret, which is shown here and never again.
        case created(Webhook, Secret<String>)
        case invalid([FieldProblem])
        case versionMismatch
        case notFound
        case forbidden
    }

    /// All of them, the first made first; `nil` for whoever may not see them.
    package func all(_ scope: Scope) async throws -> [Webhook]? {
        guard scope.role.seesEverything else { return nil }
        return try await database.rows("SELECT \(WebhookTable.columns) FROM webhook ORDER BY id")
            .map { try Webhook($0) }
    }

    /// One of them.
    package func get(_ scope: Scope, _ id: WebhookID) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        return try await database.read { session in
            try WebhookTable.webhook(id, in: session).map { .done($0) } ?? .notFound
        }
    }

    /// Makes a webhook, which is on from now.
    package func create(_ scope: Scope, _ draft: WebhookDraft) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let now = world.now()
        var check = FieldCheck()
        let empty = Webhook(
            id: world.identifier(), url: "", description: "", kinds: [], isOn: true, createdBy: scope.userID,
            createdAt: now, updatedAt: now, version: 1)
        let made = draft.applied(to: empty, allowsPrivate: allowsPrivate, &check)
        guard check.problems.isEmpty else { return .invalid(check.problems) }
        let secret = secrets.make()
        let sealed = try secrets.seal(secret, of: made.id)
        return try await database.transaction { session in
            let there = try session.row("SELECT COUNT(*) AS webhooks FROM webhook")
            if try there?.get("webhooks") ?? 0 >= Webhook.most {
                return .invalid([FieldProblem("url", .tooMany, "At most \(Webhook.most) webhooks are kept.")])
            }
            try session.run(
                """
                INSERT INTO webhook (\(WebhookTable.columns), secret) VALUES (\(made.id), \(made.url),
                    \(made.description), \(made.typeList), \(made.isOn), NULL, NULL, \(made.createdBy), \(now), \(now), 1,
                    \(sealed))
                """)
            try WebhookTable.follow(made, in: session)
            return .created(made, WebhookSecrets.text(secret))
        }
    }

    /// Changes what `draft` names. To switch one on forgives it what it failed before; off, what waits for it is not sent.
    package func change(
        _ scope: Scope, _ id: WebhookID, _ draft: WebhookDraft, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let (now, allowsPrivate) = (world.now(), allowsPrivate)
        return try await database.transaction { session in
            guard let before = try WebhookTable.webhook(id, isToChange: true, in: session) else { return .notFound }
            if let expectedVersions, !expectedVersions.contains(before.version) { return .versionMismatch }
            var check = FieldCheck()
            var after = draft.applied(to: before, allowsPrivate: allowsPrivate, &check)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            guard after != before else { return .done(before) }
            (after.updatedAt, after.version) = (now, before.version + 1)
            try WebhookTable.update(after, in: session)
            return .done(after)
        }
    }

    /// Removes a webhook with the log of its deliveries. What is on its way is not sent any more.
    package func remove(_ scope: Scope, _ id: WebhookID) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        return try await database.transaction { session in
            guard let webhook = try WebhookTable.webhook(id, isToChange: true, in: session) else { return .notFound }
            try session.run("DELETE FROM happening_follower WHERE follower_id = \(id)")
            try session.run("DELETE FROM webhook WHERE id = \(id)")
            return .done(webhook)
        }
    }
}
