package import CRM
import Core
import Credentials
import Guarding
import Hummingbird
import Sessions
package import Web

/// The fields that the brokerage has made for itself: `/v1/custom-fields`.
package struct CustomFieldsAPI: Sendable {
    private let customFields: CustomFieldList

    package init(customFields: CustomFieldList) {
        self.customFields = customFields
    }

    /// The routes of this area.
    package var routes: [Route] {
        [
            Route("listCustomFields", .get, "/v1/custom-fields", limit: .api, .signedIn(list), keys: .clientsRead)
                .answers(.json(.all(.customField))),
            Route("createCustomField", .post, "/v1/custom-fields", limit: .api, .signedIn(create))
                .reads(
                    .required("name", .text), .required("kind", .choice(CustomField.Kind.self)),
                    .optional("choices", .list(.text))
                )
                .answers(.json(.customField, .created))
                .refuses(.forbidden),
            Route("changeCustomField", .patch, "/v1/custom-fields/{key}", limit: .api, .signedIn(change))
                .reads(.optional("name", .text), .optional("choices", .list(.text)))
                .answers(.json(.customField))
                .refuses(.forbidden),
            Route("removeCustomField", .delete, "/v1/custom-fields/{key}", limit: .api, .steppedUp(.delete, remove))
                .answers(.noContent)
                .refuses(.forbidden),
        ]
    }

    /// `GET /v1/custom-fields`: in the order in which they were made.
    @Sendable private func list(_ signedIn: SignedInCall) async throws -> Response {
        let all = try await customFields.all()
        return Response.list(all, size: 160) { $0.write(to: &$1) }
    }

    /// `POST /v1/custom-fields` `{name, kind, choices?}`, by owner and admin.
    @Sendable private func create(_ signedIn: SignedInCall) async throws -> Response {
        var fields = try await signedIn.call.json()
        let name = fields.string("name")
        let kind = fields.choice("kind", CustomField.Kind.self)
        if kind == nil { fields.refuse("kind", "required", "This field is required.") }
        let choices = fields.texts("choices", atMost: 1000) ?? []
        try fields.finish()
        guard let kind else { throw Problem(.invalidRequest) }
        let outcome = try await customFields.create(signedIn.scope, name: name, kind: kind, choices: choices)
        let field = try Self.field(outcome)
        return Response.json(.created, headers: [.location: "/v1/custom-fields/\(field.key)"]) { field.write(to: &$0) }
    }

    /// `PATCH /v1/custom-fields/{key}` `{name?, choices?}`. The kind never changes: make another field, and copy what is to be kept.
    @Sendable private func change(_ signedIn: SignedInCall) async throws -> Response {
        var fields = try await signedIn.call.json()
        let name = fields.optionalString("name")
        let choices = fields.texts("choices", atMost: 1000)
        try fields.finish()
        let field = try Self.field(
            try await customFields.change(signedIn.scope, try Self.key(signedIn.call), name: name, choices: choices))
        return Response.json { field.write(to: &$0) }
    }

    /// `DELETE /v1/custom-fields/{key}`: with the values that clients have of it, after a step-up.
    @Sendable private func remove(_ steppedUp: SteppedUpCall) async throws -> Response {
        let signedIn = steppedUp.signedIn
        _ = try Self.field(try await customFields.remove(signedIn.scope, try Self.key(signedIn.call)))
        return Response(status: .noContent)
    }

    private static func key(_ call: Call) throws -> String {
        guard let key = call.context.parameters.get("key"), key.utf8.count <= 64 else { throw Problem(.notFound) }
        return key
    }

    private static func field(_ outcome: CustomFieldList.Outcome) throws -> CustomField {
        switch outcome {
        case .done(let field): return field
        case .invalid(let problems): throw Problem(problems)
        case .notFound: throw Problem(.notFound)
        case .forbidden: throw Problem(.forbidden)
        }
    }
}

extension JSONShape {
    fileprivate static let customField = JSONShape(
        "CustomField",
        [
            .required("key", .text), .required("name", .text), .required("kind", .choice(CustomField.Kind.self)),
            .required("choices", .list(.text)), .required("createdAt", .moment),
        ])
}

extension Problem {
    /// The refusal that names every wrong field.
    init(_ problems: [FieldProblem]) {
        self.init(
            .invalidRequest,
            errors: problems.map { .init(field: $0.field, code: $0.code.rawValue, message: $0.message) })
    }
}
