import CRM
import Web

extension JSONShape {
    fileprivate static let contactPoint = JSONShape(
        "ContactPoint",
        [.required("value", .text), .optional("type", .text), .optional("isPrimary", .flag)])

    fileprivate static let postalAddress = JSONShape(
        "PostalAddress", PostalAddress.CodingKeys.allCases.map { .optional($0.rawValue, .text) })

    /// A client as the API shows it.
    static let client = JSONShape(
        "Client",
        [.required("id", .identifier)]
            + ClientPatch.CodingKeys.allCases.map { key in
                key.mayBeNull ? .nullable(key.rawValue, key.kind) : .required(key.rawValue, key.kind)
            } + [
                .required("createdAt", .moment), .required("updatedAt", .moment),
                .required("lastActivityAt", .moment), .required("version", .integer),
            ])

    static let clients = JSONShape.page(
        of: client,
        [.nullable("nextCursor", .text), .required("total", .integer), .optional("totalIsAtLeast", .flag)])
}

extension ClientPatch {
    /// The members of a request that makes or changes a client.
    static let fields: [RouteField] = CodingKeys.allCases.map { .optional($0.rawValue, $0.kind) }
}

extension ClientPatch.CodingKeys {
    /// What the member is.
    fileprivate var kind: ValueKind {
        switch self {
        case .firstName, .lastName, .stage, .source, .background: return .text
        case .emails, .phones: return .list(JSONShape.contactPoint)
        case .addresses: return .list(JSONShape.postalAddress)
        case .tags: return .list(.text)
        case .assignedTo: return .identifier
        case .collaborators: return .list(.identifier)
        case .price: return .integer
        }
    }

    /// Whether an answer has `null` where nobody said.
    fileprivate var mayBeNull: Bool {
        switch self {
        case .source, .assignedTo, .price: return true
        case .firstName, .lastName, .stage, .background, .emails, .phones, .addresses, .tags, .collaborators:
            return false
        }
    }
}
