import Accounts

/// Reads the members of a request's body, and collects everything that is wrong with them, so that a person is told
/// once.
///
/// Ask for every field that the route declares, then call ``finish()``: it refuses what was wrong, what was never asked for and what is not
/// declared.
package struct JSONFields: Sendable {
    private let members: [String: JSONValue]
    private let declared: [RouteField]
    private var asked: Set<String> = []
    private var errors: [Problem.FieldError] = []

    init(_ members: [String: JSONValue], declared: [RouteField]) {
        self.members = members
        self.declared = declared
    }

    /// The member as it was sent; `nil` when it is absent. `null` is a value.
    package mutating func value(_ name: String) -> JSONValue? {
        assert(declared.contains { $0.name == name }, "the row of the route does not name \(name)")
        asked.insert(name)
        return members[name]
    }

    /// A string; `nil`, and a problem, when it is absent or something else.
    package mutating func string(_ name: String, upTo limit: Int = 4096) -> String {
        guard let value = optionalString(name, upTo: limit) else {
            if !errors.contains(where: { $0.field == name }) { refuse(name, "required", "This field is required.") }
            return ""
        }
        return value
    }

    /// A string that may be absent or null.
    package mutating func optionalString(_ name: String, upTo limit: Int = 4096) -> String? {
        switch value(name) {
        case nil, .null: return nil
        case .string(let text) where text.utf8.count <= limit: return text
        case .string:
            refuse(name, "too_long", "At most \(limit) bytes.")
        default:
            refuse(name, "wrong_type", "This must be a string.")
        }
        return nil
    }

    /// A person's name, as ``PersonName`` has it.
    package mutating func name(_ name: String) -> String {
        let text = string(name)
        if errors.contains(where: { $0.field == name }) { return text }
        switch PersonName.flaw(in: text) {
        case nil: break
        case .blank: refuse(name, "required", "This field is required.")
        case .tooLong: refuse(name, "too_long", "At most 100 characters.")
        case .controlCharacter:
            refuse(name, "invalid_characters", "Leave out line breaks and other control characters.")
        }
        return text
    }

    /// One of a closed list; `nil` when it is absent or null, and a problem when it is another.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        guard let text = optionalString(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        refuse(
            name, "invalid_choice", "This must be one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", ")).")
        return nil
    }

    /// A list of strings; `nil` when it is absent or null, and a problem when it is something else or holds more than `limit`.
    package mutating func texts(_ name: String, atMost limit: Int, each length: Int = 254) -> [String]? {
        guard let value = value(name), value != .null else { return nil }
        guard case .array(let items) = value else {
            refuse(name, "wrong_type", "This must be a list of strings.")
            return nil
        }
        guard items.count <= limit else {
            refuse(name, "too_many", "At most \(limit).")
            return nil
        }
        let texts = items.compactMap { item -> String? in
            guard case .string(let text) = item, text.utf8.count <= length else { return nil }
            return text
        }
        if texts.count != items.count { refuse(name, "wrong_type", "This must be a list of strings.") }
        return texts
    }

    /// Adds a problem with a field.
    package mutating func refuse(_ field: String, _ code: String, _ message: String) {
        errors.append(Problem.FieldError(field: field, code: code, message: message))
    }

    /// Throws 400 `unknown_field` for members that were not asked for or not declared, else 400 `invalid_request` for the problems found.
    package func finish() throws {
        let unknown = members.keys.filter { name in
            !asked.contains(name) || !declared.contains { $0.name == name }
        }.sorted()
        if !unknown.isEmpty {
            throw Problem(
                .unknownField,
                errors: unknown.prefix(20).map { name in
                    // The name is the client's own text: cut, so that an error cannot be made a megabyte long.
                    Problem.FieldError(
                        field: String(name.prefix(64)), code: "unknown_field", message: "This field is not known here.")
                })
        }
        if !errors.isEmpty { throw Problem(.invalidRequest, errors: errors) }
    }
}
