package import Core
package import Hummingbird
import HummingbirdCore

/// Reads the parameters of a query string, and collects everything that is wrong with them.
package struct QueryFields: Sendable {
    private let values: [String: String]
    private let query: String
    private let declared: [RouteField]
    private var asked: Set<String> = []
    private var errors: [Problem.FieldError] = []

    /// The parameters of `request`. One that is there twice is refused: a proxy in front may have looked at the other. An empty one is absent.
    /// Those that are not `declared` are refused.
    init(_ request: Request, declared: [RouteField]) {
        self.declared = declared
        query = request.uri.query ?? ""
        var values: [String: String] = [:]
        var repeated: Set<String> = []
        for pair in request.uri.queryParameters
        where values.updateValue(String(pair.value), forKey: String(pair.key)) != nil {
            repeated.insert(String(pair.key))
        }
        self.values = values.filter { !$0.value.isEmpty }
        for name in repeated.sorted().prefix(20) { refuse(String(name.prefix(64)), "repeated", "Give this once.") }
    }

    /// The text of a parameter.
    package mutating func text(_ name: String, upTo limit: Int = 200) -> String? {
        assert(declared.contains { $0.name == name }, "the row of the route does not name \(name)")
        asked.insert(name)
        guard let text = values[name] else { return nil }
        guard text.unicodeScalars.count <= limit else {
            refuse(name, "invalid", "At most \(limit) characters.")
            return nil
        }
        guard !text.utf8.contains(0) else {
            refuse(name, "invalid", "Leave out the NUL character.")
            return nil
        }
        return text
    }

    /// The text of a parameter that is JSON, not deeper than a body may be. A plus sign that was not encoded is a space, as browsers and curl
    /// write one in a form.
    package mutating func json(_ name: String, upTo limit: Int) -> String? {
        guard let given = text(name, upTo: limit) else { return nil }
        let form = URI("/?\(query.replacing("+", with: "%20"))")
        let text = form.queryParameters[name[...]].map(String.init) ?? given
        guard JSONNesting.judge(text.utf8) == .shallow else {
            refuse(name, "invalid", "This is nested deeper than \(JSONNesting.limit) levels. Make it flatter.")
            return nil
        }
        return text
    }

    /// A whole number within a range.
    package mutating func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
        guard let text = text(name) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            refuse(name, "out_of_range", "This must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            return standard
        }
        return number
    }

    /// A moment in ISO 8601.
    package mutating func timestamp(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        // A plus sign that was not encoded reads as a space.
        if let moment = Timestamp(iso8601: String(text.map { $0 == " " ? "+" : $0 })) { return moment }
        refuse(name, "invalid_time", "This must be a time such as 2026-01-31T09:00:00Z.")
        return nil
    }

    /// An identifier.
    package mutating func identifier<Entity>(_ name: String, _ type: Identifier<Entity>.Type) -> Identifier<Entity>? {
        guard let text = text(name) else { return nil }
        if let identifier = Identifier<Entity>(text) { return identifier }
        refuse(name, "invalid_id", "This must be an id.")
        return nil
    }

    /// One of the raw values of a closed list.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        guard let text = text(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        refuse(name, "invalid_choice", "This must be one of: \(names).")
        return nil
    }

    /// `true` or `false`.
    package mutating func flag(_ name: String) -> Bool {
        switch text(name) {
        case nil, "false": return false
        case "true": return true
        default:
            refuse(name, "invalid_choice", "This must be true or false.")
            return false
        }
    }

    /// Adds a problem with a parameter.
    package mutating func refuse(_ field: String, _ code: String, _ message: String) {
        errors.append(Problem.FieldError(field: field, code: code, message: message))
    }

    /// Throws 400 `unknown_field` for parameters that were not asked for, else 400 `invalid_request` for the problems found.
    package func finish() throws {
        let unknown = values.keys.filter { name in
            !asked.contains(name) || !declared.contains { $0.name == name }
        }.sorted()
        if !unknown.isEmpty {
            throw Problem(
                .unknownField,
                errors: unknown.prefix(20).map { name in
                    Problem.FieldError(
                        field: String(name.prefix(64)), code: "unknown_field",
                        message: "This parameter is not known here.")
                })
        }
        if !errors.isEmpty { throw Problem(.invalidRequest, errors: errors) }
    }
}

extension Request {
    /// The parameter of a link in a mail; empty when it is absent or there twice, as one that nobody has sent.
    package func linkParameter(_ name: String) -> String {
        let values = uri.queryParameters.filter { $0.key == name[...] }
        return values.count == 1 ? values.first.map { String($0.value) } ?? "" : ""
    }
}
