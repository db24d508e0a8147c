/// A member of a JSON object, or a parameter of a query, as a route declares it.
package struct RouteField: Sendable, Hashable {
    package let name: String
    package let kind: ValueKind
    /// Whether it must be there: in a request, or that it always is in an answer.
    package let isRequired: Bool
    /// Whether it may be `null`. In a request `null` says the same as leaving it out.
    package let isNullable: Bool

    private init(_ name: String, _ kind: ValueKind, isRequired: Bool, isNullable: Bool) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.isNullable = isNullable
    }

    /// One that is always there.
    package static func required(_ name: String, _ kind: ValueKind) -> RouteField {
        RouteField(name, kind, isRequired: true, isNullable: false)
    }

    /// One that is always there, and may be `null`.
    package static func nullable(_ name: String, _ kind: ValueKind) -> RouteField {
        RouteField(name, kind, isRequired: true, isNullable: true)
    }

    /// One that may be left out; in a request it may be `null` as well.
    package static func optional(_ name: String, _ kind: ValueKind) -> RouteField {
        RouteField(name, kind, isRequired: false, isNullable: true)
    }
}

/// What a value in a request or an answer is.
package indirect enum ValueKind: Sendable, Hashable {
    case text
    case integer
    case number
    case flag
    /// ISO 8601 in UTC.
    case moment
    /// In the form 8-4-4-4-12.
    case identifier
    /// One of these texts.
    case choice([String])
    case list(ValueKind)
    case object(JSONShape)
    /// An object or a value whose inside another standard describes, such as a browser's credential.
    case foreign

    /// One of the raw values of a closed list.
    package static func choice<Choice: RawRepresentable & CaseIterable>(_ type: Choice.Type) -> ValueKind
    where Choice.RawValue == String {
        .choice(Choice.allCases.map(\.rawValue))
    }

    /// A list of objects.
    package static func list(_ shape: JSONShape) -> ValueKind { .list(.object(shape)) }
}

/// The members of a JSON object under the name that documentation gives it.
package struct JSONShape: Sendable, Hashable {
    package let name: String
    package let members: [RouteField]

    package init(_ name: String, _ members: [RouteField]) {
        self.name = name
        self.members = members
    }

    /// The shape of a list: `data`, with `page` where it is cut into pages.
    package static func page(of item: JSONShape, _ page: [RouteField] = [.nullable("nextCursor", .text)]) -> JSONShape {
        JSONShape(
            "\(item.name)Page",
            [.required("data", .list(item)), .required("page", .object(JSONShape("\(item.name)PageEnd", page)))])
    }

    /// The shape of a list that is never cut.
    package static func all(_ item: JSONShape) -> JSONShape {
        JSONShape("\(item.name)List", [.required("data", .list(item))])
    }
}
