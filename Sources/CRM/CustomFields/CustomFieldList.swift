package import Accounts
package import Core
package import Storage

/// The custom fields of the brokerage: everybody reads them, owner and admin make them.
package struct CustomFieldList: Sendable {
    private let database: any Database
    private let world: World

    package init(database: any Database, world: World) {
        self.database = database
        self.world = world
    }

    /// How a change ended.
    package enum Outcome: Sendable, Hashable {
        case done(CustomField)
        case invalid([FieldProblem])
        case notFound
        case forbidden
    }

    /// The fields, in the order in which they were made.
    package func all() async throws -> [CustomField] {
        try await database.read { session in try CustomFieldTable.all(in: session) }
    }

    /// Makes a field. Its key comes from its name, and stays when the name changes.
    package func create(
        _ scope: Scope, name: String, kind: CustomField.Kind, choices: [String]
    ) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let now = world.now()
        return try await database.transaction { session in
            let there = try CustomFieldTable.all(in: session)
            var check = FieldCheck()
            let name = Self.name(name, besides: there, &check)
            let choices = Self.choices(choices, kind, &check)
            if there.count >= CustomField.most {
                check.refuse("name", .tooMany, "At most \(CustomField.most) fields are kept.")
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            let field = CustomField(
                key: Self.key(name, besides: try CustomFieldTable.keys(in: session)), name: name, kind: kind,
                choices: choices, createdAt: now)
            try CustomFieldTable.insert(field, in: session)
            return .done(field)
        }
    }

    /// Renames a field, or gives it other choices. A value that is no choice any more stays where it is until it is changed.
    package func change(
        _ scope: Scope, _ key: String, name: String?, choices: [String]?
    ) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        return try await database.transaction { session in
            let there = try CustomFieldTable.all(in: session)
            guard var field = there.first(where: { $0.key == key }) else { return .notFound }
            var check = FieldCheck()
            if let name { field.name = Self.name(name, besides: there.filter { $0.key != key }, &check) }
            if let choices { field.choices = Self.choices(choices, field.kind, &check) }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try CustomFieldTable.update(field, in: session)
            return .done(field)
        }
    }

    /// Takes a field away. No request knows it from then on; the values that clients have of it are taken out in the background, and stay in
    /// their history.
    package func remove(_ scope: Scope, _ key: String) async throws -> Outcome {
        guard scope.role.seesEverything else { return .forbidden }
        let now = world.now()
        return try await database.transaction { session in
            guard let field = try CustomFieldTable.all(in: session).first(where: { $0.key == key }) else {
                return .notFound
            }
            try CustomFieldTable.remove(key, at: now, in: session)
            return .done(field)
        }
    }

    private static func name(_ given: String, besides there: [CustomField], _ check: inout FieldCheck) -> String {
        let name = check.line(given, "name", 60)
        if name.isEmpty { check.refuse("name", .required, "A field has a name.") }
        if there.contains(where: { $0.name.lowercased() == name.lowercased() }) {
            check.refuse("name", .taken, "There is a field of this name already.")
        }
        return name
    }

    private static func choices(
        _ given: [String], _ kind: CustomField.Kind, _ check: inout FieldCheck
    ) -> [String] {
        guard kind == .choice else {
            if !given.isEmpty { check.refuse("choices", .wrongKind, "Only a field of the kind choice has choices.") }
            return []
        }
        var kept: [String] = []
        for (index, text) in check.capped(given, "choices", CustomField.mostChoices).enumerated() {
            let choice = check.line(text, "choices[\(index)]", 100)
            if choice.isEmpty { check.refuse("choices[\(index)]", .required, "A choice has a name.") }
            if !kept.contains(choice) { kept.append(choice) }
        }
        if kept.isEmpty { check.refuse("choices", .required, "Give at least one choice.") }
        return kept
    }

    /// `Close date` becomes `closeDate`, and `closeDate2` where that was given once; a name without a letter or digit of ASCII becomes `field`.
    private static func key(_ name: String, besides taken: Set<String>) -> String {
        let isPart = { (scalar: Unicode.Scalar) in
            scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }
        let words = name.unicodeScalars.split { !isPart($0) }.map { String($0).lowercased() }
        let joined = words.enumerated().map { index, word in
            index == 0 ? word : word.prefix(1).uppercased() + word.dropFirst()
        }.joined().prefix(40)
        let base = joined.isEmpty ? "field" : String(joined)
        if !taken.contains(base) { return base }
        var number = 2
        while taken.contains("\(base)\(number)") { number += 1 }
        return "\(base)\(number)"
    }
}

extension CustomField {
    /// Writes the field as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("key", key)
            object.member("name", name)
            object.member("kind", kind.rawValue)
            object.key("choices")
            object.array { list in choices.forEach { list.string($0) } }
            object.member("createdAt", createdAt)
        }
    }
}

extension CustomFieldList {
    /// The keys of the fields that there are.
    package static func presentKeys(in session: any SQLSession) throws -> [String] {
        try CustomFieldTable.all(in: session).map(\.key)
    }
}
