package import Accounts
package import CRM
package import Core
package import Storage

/// A mail to a client, as a caller sends it: from a template, or in the caller's own words.
package struct LetterDraft: Sendable, Decodable {
    package var templateId: MailTemplateID?
    package var subject: String?
    package var body: String?
    /// One of the client's addresses; the primary one if none is named.
    package var to: String?

    package init(template: MailTemplateID? = nil, subject: String? = nil, body: String? = nil, to: String? = nil) {
        templateId = template
        self.subject = subject
        self.body = body
        self.to = to
    }
}

/// Mails from agents to their clients: out through the outbox in the agent's name, and on the client's timeline, in one transaction.
package struct ClientLetters: Sendable {
    private let database: any Database
    private let world: World
    private let mailbox: Mailbox

    package init(database: any Database, world: World, mailbox: Mailbox) {
        self.database = database
        self.world = world
        self.mailbox = mailbox
    }

    /// How a mail ended.
    package enum Outcome: Sendable, Hashable {
        /// It waits in the outbox, and this tells of it.
        case done(TimelineEntry)
        /// What it would say; nothing was sent.
        case preview(subject: String, body: String)
        case invalid([FieldProblem])
        case notFound
        /// The installation sends no mail (`MAIL_URL`).
        case mailDisabled
    }

    /// Sends a mail to a client within reach, or shows what it would say.
    ///
    /// Not to whoever asked for no mails, not without an address, and not with an empty merge field: `Dear ,` is worse than no mail.
    package func send(
        _ scope: Scope, _ client: ClientID, _ draft: LetterDraft, previewOnly: Bool = false
    ) async throws -> Outcome {
        guard mailbox.isEnabled || previewOnly else { return .mailDisabled }
        let (now, id, mailbox) = (world.now(), world.identifier(TimelineEntryID.self), mailbox)
        return try await database.transaction { session in
            guard let held = try ClientAlias.held(client, for: scope, in: session),
                let agent = try AccountTable.account(scope.userID, in: session)
            else { return .notFound }
            var check = FieldCheck()
            var (subject, body) = (draft.subject, draft.body)
            if let template = draft.templateId {
                guard let found = try MailTemplateTable.template(template, for: scope.userID, in: session) else {
                    check.refuse("templateId", .unknownChoice, "There is no such template.")
                    return .invalid(check.problems)
                }
                subject = subject ?? found.subject
                body = body ?? found.body
            }
            let text = LetterText(subject: subject ?? "", body: body ?? "")
            let (filled, detail) = try text.filled(for: held, from: agent, &check, in: session)
            if previewOnly {
                guard check.problems.isEmpty else { return .invalid(check.problems) }
                return .preview(subject: filled.subject, body: filled.body)
            }
            let address = try LetterAddress.chosen(draft.to, of: held, &check)
            guard check.problems.isEmpty, let address else { return .invalid(check.problems) }
            let entry = TimelineEntry(
                .email, of: held.id, id: id, at: now, by: scope.userID, body: filled.body, detail: detail, now: now
            ).directed(.outgoing)
            try TimelineTable.insert(entry, in: session)
            let letter = Letter(
                to: address, name: LetterAddress.name(of: held), from: agent, subject: filled.subject,
                text: filled.body)
            try mailbox.post(letter, cause: "letter:\(id)", in: session)
            return .done(entry)
        }
    }
}
