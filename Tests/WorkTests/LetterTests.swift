import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `mails to clients` {
    @Test(arguments: DatabaseKind.available)
    func `go out in the agent's name and stand on the timeline`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.mia()
            let template = try await office.template(
                office.ana, "Hello {{client.firstName}}", "Dear {{client.fullName}},\n\nsee you. {{agent.firstName}}")
            let outcome = try await office.letters.send(office.ana, client.id, LetterDraft(template: template.id))
            guard case .done(let entry) = outcome else { throw Office.Unexpected() }
            #expect(entry.body == "Dear Mia Long,\n\nsee you. ana")
            #expect(entry.direction == .outgoing)
            #expect(
                try await office.lines(office.ana, client.id, kind: "email").map(\.detail) == [
                    #"{"subject":"Hello Mia"}"#
                ])
            let letter = try #require(try await office.sentLetters().first)
            #expect(letter.address == "mia@example.com")
            #expect(letter.replyTo == "ana@example.com")
            #expect(letter.subject == "Hello Mia")
            #expect(letter.unsubscribeLink == nil)
            #expect(try await office.contact(client.id).last == entry.at)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are refused with an empty field, an unknown one, and to whoever asked for none`(kind: DatabaseKind)
        async throws
    {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana, "", "Long") {
                $0.emails = [ContactPoint(value: "mia@example.com")]
            }
            func problems(_ draft: LetterDraft) async throws -> [String] {
                guard case .invalid(let problems) = try await office.letters.send(office.ana, client.id, draft) else {
                    return []
                }
                return problems.map { "\($0.field) \($0.code.rawValue)" }
            }
            #expect(
                try await problems(LetterDraft(subject: "Hi", body: "Dear {{client.firstName}}"))
                    == ["body empty_merge_field"])
            #expect(try await problems(LetterDraft(subject: "{{me}}", body: "x")) == ["subject unknown_field"])
            #expect(try await problems(LetterDraft(subject: "Hi {{", body: "x")) == ["subject unreadable"])
            #expect(
                try await problems(LetterDraft(subject: "Hi", body: "x", to: "a@b.example")) == ["to unknown_choice"])
            #expect(try await problems(LetterDraft(subject: "Hi", body: "Dear {{client.firstName|friend}}")).isEmpty)
            #expect(try await office.book.refuseMail(client.id, from: "unsubscribe link"))
            #expect(try await problems(LetterDraft(subject: "Hi", body: "x")) == ["to opted_out"])
            #expect(try await office.sentLetters().map(\.text) == ["Dear friend"])
            #expect(
                try await office.letters.send(office.ben, client.id, LetterDraft(subject: "Hi", body: "x")) == .notFound
            )
        }
    }

    @Test func `take a value for what it is, whatever is in it`() async throws {
        try await Office.open(.sqlite) { office in
            let client = try await office.client(office.ana, "{{agent.email}}", "<b>&\"") {
                $0.emails = [ContactPoint(value: "x@example.com")]
            }
            let draft = LetterDraft(subject: "Hi", body: "Dear {{client.firstName}} {{client.lastName}}")
            guard
                case .preview(_, let body) = try await office.letters.send(
                    office.ana, client.id, draft, previewOnly: true)
            else { throw Office.Unexpected() }
            #expect(body == "Dear {{agent.email}} <b>&\"")
            #expect(try await office.sentLetters().isEmpty)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `end by a link that names one client, and nobody else's`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let (mia, kim) = (try await office.mia(), try await office.client(office.ana, "Kim"))
            let links = office.unsubscribeLinks
            let token = links.token(mia.id)
            #expect(links.client(token) == mia.id)
            #expect(links.client(String(token.dropLast()) + "A") == nil || token.hasSuffix("A"))
            #expect(links.client("") == nil)
            let other = UnsubscribeLinks(
                secret: ServerSecret(current: Secret(Array("another secret".utf8))), origin: "http://office.example")
            #expect(other.client(token) == nil)
            _ = try await office.merged(office.ana, kim.id, with: mia.id)
            #expect(try await office.book.refuseMail(mia.id, from: "unsubscribe link"))
            guard case .found(let client) = try await office.book.get(office.ana, kim.id) else {
                throw Office.Unexpected()
            }
            let consent = try client.details.value().consent
            #expect(consent.map(\.source) == ["unsubscribe link"])
            #expect(consent.map(\.by) == [nil])
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `have templates of one's own, and shared ones that owner and admin keep`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let own = try await office.template(office.ana, "Hi", "x")
            let book = office.templates
            #expect(try await book.get(office.ben, own.id) == nil)
            #expect(try await book.get(office.owner, own.id) == nil)
            #expect(try await book.change(office.ben, own.id, MailTemplateDraft(name: "Stolen")) == .notFound)
            #expect(try await book.create(office.ana, MailTemplateDraft(isShared: true)) == .forbidden)
            #expect(try await book.change(office.ana, own.id, MailTemplateDraft(isShared: true)) == .forbidden)
            let draft = MailTemplateDraft(name: "Welcome", subject: "Hi", body: "x", isShared: true)
            guard case .done(let shared) = try await book.create(office.owner, draft) else { throw Office.Unexpected() }
            #expect(try await book.all(office.ben).map(\.id) == [shared.id])
            #expect(try await book.remove(office.ben, shared.id) == .forbidden)
            guard
                case .done(let changed) = try await book.change(
                    office.owner, shared.id, MailTemplateDraft(body: "y"), expectedVersions: [1])
            else {
                throw Office.Unexpected()
            }
            #expect(changed.version == 2)
            #expect(
                try await book.change(office.owner, shared.id, MailTemplateDraft(body: "z"), expectedVersions: [1])
                    == .versionMismatch)
            guard case .invalid(let problems) = try await book.create(office.ana, MailTemplateDraft(body: "{{secret}}"))
            else { throw Office.Unexpected() }
            #expect(
                problems.map { "\($0.field) \($0.code.rawValue)" } == [
                    "name required", "subject required", "body unknown_field",
                ])
        }
    }
}

extension Office {
    private var secret: ServerSecret { ServerSecret(current: Secret(Array("a secret of the tests".utf8))) }

    var letters: ClientLetters { ClientLetters(database: database, world: time.world, mailbox: mailbox) }
    var templates: MailTemplateBook { MailTemplateBook(database: database, world: time.world) }
    var unsubscribeLinks: UnsubscribeLinks { UnsubscribeLinks(secret: secret, origin: "http://office.example") }

    /// A client with an address.
    func mia() async throws -> Client {
        try await client(ana, "Mia", "Long") { $0.emails = [ContactPoint(value: "mia@example.com")] }
    }

    /// A template that must be accepted.
    func template(_ scope: Scope, _ subject: String, _ body: String) async throws -> MailTemplate {
        let draft = MailTemplateDraft(name: "Template", subject: subject, body: body)
        guard case .done(let template) = try await templates.create(scope, draft) else { throw Unexpected() }
        return template
    }

    /// The letters that wait to be sent, in order.
    func sentLetters() async throws -> [Letter] {
        let items = try await Outbox(database: database, world: time.world).list(nil, limit: 100)
        return items.filter { $0.kind == Mailbox.letterKind }.compactMap { mailbox.letter($0) }
    }
}
