import FoundationEssentials
import Hummingbird
import NIOCore

extension Request {
    /// Reads the body as a value of the domain. Refusals as with ``jsonMembers(allowingEmpty:)``; a member that is not `declared` is 400
    /// `unknown_field`, also inside objects and lists of them, and one of another kind is 400 `invalid_request`.
    func decode<Value: Decodable>(_ type: Value.Type, declared: [RouteField]) async throws -> Value {
        let (members, data) = try await jsonMembers()
        let unknown = Self.unknownMembers(of: members, declared: declared, path: "")
        if !unknown.isEmpty {
            throw Problem(
                .unknownField,
                errors: unknown.sorted().prefix(20).map { name in
                    Problem.FieldError(
                        field: String(name.prefix(64)), code: "unknown_field", message: "This field is not known here.")
                })
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch let error as DecodingError {
            throw Problem(
                .invalidRequest,
                errors: [.init(field: Self.path(of: error), code: "wrong_type", message: "This is of the wrong type.")])
        }
    }

    private static func unknownMembers(
        of members: [String: JSONValue], declared: [RouteField], path: String
    ) -> [String] {
        members.flatMap { name, value -> [String] in
            guard let field = declared.first(where: { $0.name == name }) else { return [path + name] }
            return unknownMembers(of: value, kind: field.kind, path: path + name)
        }
    }

    private static func unknownMembers(of value: JSONValue, kind: ValueKind, path: String) -> [String] {
        switch (kind, value) {
        case (.list(let kind), .array(let items)):
            return items.enumerated().flatMap { unknownMembers(of: $1, kind: kind, path: "\(path)[\($0)]") }
        case (.object(let shape), .object(let members)):
            return unknownMembers(of: members, declared: shape.members, path: "\(path).")
        default: return []
        }
    }

    private static func path(of error: DecodingError) -> String {
        let keys: [any CodingKey]
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            keys = context.codingPath
        case .keyNotFound(let key, let context): keys = context.codingPath + [key]
        @unknown default: keys = []
        }
        return keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
