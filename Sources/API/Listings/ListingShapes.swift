import Web
import Work

extension JSONShape {
    private static let address = JSONShape(
        "ListingAddress", ["street", "city", "state", "code", "country"].map { .optional($0, .text) })

    private static let person = JSONShape(
        "ListingClient",
        [.required("clientId", .identifier), .required("firstName", .text), .required("lastName", .text)])

    private static let numbers = ["price", "beds", "baths", "halfBaths", "area", "lotArea", "yearBuilt"]

    /// A listing to be, or a change of one.
    static let listingDraft: [RouteField] =
        numbers.map { .optional($0, .integer) } + [
            .optional("mlsNumber", .text), .optional("status", .choice(Listing.Status.self)),
            .optional("address", .object(address)), .optional("type", .choice(Listing.Kind.self)),
            .optional("description", .text), .optional("photos", .list(.text)), .optional("agentId", .identifier),
            .optional("sellers", .list(.identifier)),
        ]

    /// A listing as the API shows it.
    static let listing = JSONShape(
        "Listing",
        numbers.map { .nullable($0, .integer) } + [
            .required("id", .identifier), .nullable("mlsNumber", .text),
            .required("status", .choice(Listing.Status.self)), .required("address", .object(address)),
            .nullable("type", .choice(Listing.Kind.self)), .required("description", .text),
            .required("photos", .list(.text)), .required("agentId", .identifier), .required("sellers", .list(person)),
            .required("interested", .list(person)), .required("createdAt", .moment), .required("updatedAt", .moment),
            .required("version", .integer),
        ])

    static let listingPast = JSONShape(
        "ListingPast",
        [
            .nullable("price", .integer), .required("status", .choice(Listing.Status.self)), .required("at", .moment),
            .nullable("userId", .identifier),
        ])

    static let listingMatch = JSONShape(
        "ListingMatch",
        [
            .required("listingId", .identifier), .required("status", .choice(Listing.Status.self)),
            .nullable("price", .integer), .required("address", .text), .required("requestId", .identifier),
            .required("requestName", .text), .required("clientId", .identifier), .required("firstName", .text),
            .required("lastName", .text), .required("at", .moment),
        ])

    private static let ranges = ["minPrice", "maxPrice", "minBeds", "minBaths", "minArea", "maxArea"]

    /// A request to be, or a change of one.
    static let buyerRequestDraft: [RouteField] =
        ranges.map { .optional($0, .integer) } + [
            .optional("name", .text), .optional("types", .list(.choice(Listing.Kind.self))),
            .optional("cities", .list(.text)), .optional("postalCodes", .list(.text)), .optional("isActive", .flag),
        ]

    /// A request as the API shows it.
    static let buyerRequest = JSONShape(
        "BuyerRequest",
        ranges.map { .nullable($0, .integer) } + [
            .required("id", .identifier), .required("clientId", .identifier), .required("name", .text),
            .required("types", .list(.choice(Listing.Kind.self))), .required("cities", .list(.text)),
            .required("postalCodes", .list(.text)), .required("isActive", .flag), .required("createdAt", .moment),
            .required("updatedAt", .moment), .required("version", .integer),
        ])
}
