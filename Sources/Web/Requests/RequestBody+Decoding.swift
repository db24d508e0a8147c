import FoundationEssentials
package import Hummingbird
import NIOCore

/// Which members a JSON object may have; `nil` for one whose value is no object and no list of objects.
package typealias KnownMembers = [String: Set<String>?]

extension Request {
    /// Reads the body as a value of the domain. Refusals as with ``jsonObject(allowingEmpty:)``; a member that `known` does not list is 400
    /// `unknown_field`, also inside the objects of a list, and one of another kind is 400 `invalid_request`.
    package func decode<Value: Decodable>(_ type: Value.Type, known: KnownMembers) async throws -> Value {
        let (members, data) = try await jsonMembers()
        let unknown = Self.unknownMembers(of: members, known: known)
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

    private static func unknownMembers(of members: [String: JSONValue], known: KnownMembers) -> [String] {
        var unknown: [String] = []
        for (name, value) in members {
            guard let allowed = known[name] else {
                unknown.append(name)
                continue
            }
            guard let allowed, case .array(let items) = value else { continue }
            for (index, item) in items.enumerated() {
                guard case .object(let inner) = item else { continue }
                unknown += inner.keys.filter { !allowed.contains($0) }.map { "\(name)[\(index)].\($0)" }
            }
        }
        return unknown
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
