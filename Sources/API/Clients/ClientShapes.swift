import CRM
import Web

extension JSONShape {
    /// An address or number. Of a number the answer also has `e164`, where its country is known, and `extension`; in a request they are let be.
    fileprivate static let contactPoint = JSONShape(
        "ContactPoint",
        [
            .required("value", .text), .optional("type", .text), .optional("isPrimary", .flag),
            .optional("e164", .text), .optional("extension", .text),
        ])

    fileprivate static let postalAddress = JSONShape(
        "PostalAddress", PostalAddress.CodingKeys.allCases.map { .optional($0.rawValue, .text) })

    fileprivate static let anniversary = JSONShape(
        "Anniversary", [.optional("label", .text), .required("date", .text)])

    fileprivate static let relationship = JSONShape(
        "Relationship", [.required("kind", .text), .optional("name", .text), .optional("clientId", .identifier)])

    fileprivate static let consent = JSONShape(
        "Consent",
        [
            .required("channel", .choice(Consent.Channel.self)), .required("refused", .flag), .required("at", .moment),
            .nullable("by", .identifier), .required("source", .text),
        ])

    /// A client as the API shows it.
    static let client = JSONShape(
        "Client",
        [.required("id", .identifier)]
            + ClientPatch.CodingKeys.allCases.filter(\.isShown).map { key in
                key.mayBeNull ? .nullable(key.rawValue, key.kind) : .required(key.rawValue, key.kind)
            } + [
                .required("consent", .list(consent)), .required("createdAt", .moment), .required("updatedAt", .moment),
                .required("lastActivityAt", .moment), .required("version", .integer),
            ])

    static let clients = JSONShape.page(
        of: client,
        [.nullable("nextCursor", .text), .required("total", .integer), .optional("totalIsAtLeast", .flag)])

    static let trashedClient = JSONShape(
        "TrashedClient",
        [
            .required("id", .identifier), .required("firstName", .text), .required("lastName", .text),
            .required("stage", .text), .nullable("assignedTo", .identifier), .required("deletedAt", .moment),
            .nullable("deletedBy", .identifier), .required("removedAt", .moment),
        ])

    /// One field of one version of the client, or of one that was merged into it. `field` is `created`, `trashed`, `restored`, `merged`, `mergedInto`
    /// or `unmerged` for what happened to it as a whole, and has `merged.` before it for a value that a merge had no place for.
    static let clientChange = JSONShape(
        "ClientChange",
        [
            .required("clientId", .identifier), .required("version", .integer), .required("field", .text),
            .nullable("old", .foreign),
            .nullable("new", .foreign), .required("at", .moment), .nullable("userId", .identifier),
            .required("way", .choice(ChangeOrigin.Way.self)), .nullable("originId", .identifier),
        ])
}

extension ClientPatch {
    /// The members of a request that makes or changes a client.
    static let fields: [RouteField] = CodingKeys.allCases.map { .optional($0.rawValue, $0.kind) }
}

extension ClientPatch.CodingKeys {
    /// What the member is.
    fileprivate var kind: ValueKind {
        switch self {
        case .firstName, .lastName, .stage, .source, .background, .timeFrame, .birthday, .consentSource: return .text
        case .emails, .phones: return .list(JSONShape.contactPoint)
        case .addresses: return .list(JSONShape.postalAddress)
        case .anniversaries: return .list(JSONShape.anniversary)
        case .relationships: return .list(JSONShape.relationship)
        case .tags: return .list(.text)
        case .assignedTo: return .identifier
        case .collaborators: return .list(.identifier)
        case .price, .priceMax: return .integer
        case .doNotCall, .doNotText, .doNotMail: return .flag
        case .customFields: return .foreign
        }
    }

    /// Whether an answer has it: from what a decision is known stands with the decision.
    fileprivate var isShown: Bool { self != .consentSource }

    /// Whether an answer has `null` where nobody said.
    fileprivate var mayBeNull: Bool {
        switch self {
        case .source, .assignedTo, .price, .priceMax, .birthday: return true
        case .firstName, .lastName, .stage, .background, .emails, .phones, .addresses, .tags, .collaborators,
            .timeFrame,
            .anniversaries, .relationships, .doNotCall, .doNotText, .doNotMail, .consentSource, .customFields:
            return false
        }
    }
}
