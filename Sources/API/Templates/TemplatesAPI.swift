import Accounts
import CRM
import Core
import Credentials
import Guarding
import HTTPTypes
import Hummingbird
import Sessions
package import Web
package import Work

/// Templates and the mails to clients: `/v1/templates` and `/v1/clients/{id}/emails`.
package struct TemplatesAPI: Sendable {
    private let templates: MailTemplateBook
    private let letters: ClientLetters

    package init(templates: MailTemplateBook, letters: ClientLetters) {
        self.templates = templates
        self.letters = letters
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listTemplates", .get, "/v1/templates", limit: .api, .signedIn(list), keys: .workRead)
                .answers(.json(.all(.mailTemplate))),
            Route("createTemplate", .post, "/v1/templates", limit: .api, .signedIn(create), keys: .workWrite)
                .reads(Self.fields)
                .answers(.json(.mailTemplate, .created))
                .refuses(.forbidden),
            Route("getTemplate", .get, "/v1/templates/{id}", limit: .api, .signedIn(get), keys: .workRead)
                .answers(.json(.mailTemplate)),
            Route("changeTemplate", .patch, "/v1/templates/{id}", limit: .api, .signedIn(change), keys: .workWrite)
                .reads(Self.fields)
                .answers(.json(.mailTemplate))
                .refuses(.forbidden, .versionMismatch),
            Route("removeTemplate", .delete, "/v1/templates/{id}", limit: .api, .steppedUp(.delete, remove))
                .answers(.noContent)
                .refuses(.forbidden),
            Route("mailClient", .post, "/v1/clients/{id}/emails", limit: .api, .signedIn(send), keys: .workWrite)
                .query(.optional("preview", .flag))
                .reads(
                    .optional("templateId", .identifier), .optional("subject", .text), .optional("body", .text),
                    .optional("to", .text)
                )
                .answers(.json(.sentLetter, .accepted), .json(.letterPreview))
                .refuses(.mailNotConfigured),
        ]
    }

    private static let fields: [RouteField] = [
        .optional("name", .text), .optional("subject", .text), .optional("body", .text), .optional("isShared", .flag),
    ]

    /// `GET /v1/templates`: one's own and those that are shared, by name.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        let all = try await templates.all(signedIn.scope)
        return Response.list(all, size: 1000) { $0.write(to: &$1) }
    }

    /// `POST /v1/templates` `{name, subject, body, isShared?}`.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        let draft = try await signedIn.call.decode(MailTemplateDraft.self)
        return try Self.answer(try await templates.create(signedIn.scope, draft), .created)
    }

    /// `GET /v1/templates/{id}`.
    @Sendable private func get(_ signedIn: SignedInCall) async throws -> Response {
        guard let template = try await templates.get(signedIn.scope, try signedIn.call.identifier(MailTemplateID.self))
        else { throw Problem(.notFound) }
        return try Self.answer(.done(template))
    }

    /// `PATCH /v1/templates/{id}`: what the body names. With `If-Match` only that version.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(MailTemplateID.self)
        let versions = ClientsAPI.expectedVersions(signedIn.call)
        let draft = try await signedIn.call.decode(MailTemplateDraft.self)
        return try Self.answer(try await templates.change(signedIn.scope, id, draft, expectedVersions: versions))
    }

    /// `DELETE /v1/templates/{id}`.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        _ = try Self.answer(
            try await templates.remove(signedIn.scope, try signedIn.call.identifier(MailTemplateID.self)))
        return Response(status: .noContent)
    }

    /// `POST /v1/clients/{id}/emails` `{templateId?, subject?, body?, to?}`: out through the outbox; with `preview=true` what it would say.
    @Sendable private func send(_ signedIn: SignedInCall) async throws -> Response {
        let id = try signedIn.call.identifier(ClientID.self)
        var fields = signedIn.call.query
        let previewOnly = fields.flag("preview")
        try fields.finish()
        let draft = try await signedIn.call.decode(LetterDraft.self)
        switch try await letters.send(signedIn.scope, id, draft, previewOnly: previewOnly) {
        case .done(let entry):
            return Response.json(.accepted, headers: [.location: "/v1/timeline/\(entry.id)"]) { json in
                json.object { object in object.member("entryId", entry.id) }
            }
        case .preview(let subject, let body):
            return Response.json(capacity: body.utf8.count + 128) { json in
                json.object { object in
                    object.member("subject", subject)
                    object.member("body", body)
                }
            }
        case .invalid(let problems): throw Problem(problems)
        case .notFound: throw Problem(.notFound)
        case .mailDisabled: throw Problem(.mailNotConfigured)
        }
    }

    private static func answer(
        _ outcome: MailTemplateBook.Outcome, _ status: HTTPResponse.Status = .ok
    ) throws -> Response {
        switch outcome {
        case .done(let template):
            var response = Response.json(status, capacity: template.body.utf8.count + 512) { template.write(to: &$0) }
            response.headers[.eTag] = "\"\(template.version)\""
            if status == .created { response.headers[.location] = "/v1/templates/\(template.id)" }
            return response
        case .invalid(let problems): throw Problem(problems)
        case .versionMismatch: throw Problem(.versionMismatch)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}

extension JSONShape {
    fileprivate static let mailTemplate = JSONShape(
        "MailTemplate",
        [
            .required("id", .identifier), .required("ownerId", .identifier), .required("name", .text),
            .required("subject", .text), .required("body", .text), .required("isShared", .flag),
            .required("createdAt", .moment), .required("updatedAt", .moment), .required("version", .integer),
        ])

    fileprivate static let sentLetter = JSONShape("SentLetter", [.required("entryId", .identifier)])

    fileprivate static let letterPreview = JSONShape(
        "LetterPreview", [.required("subject", .text), .required("body", .text)])
}
