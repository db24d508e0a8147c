import Core
import HTTPTypes
import Testing

@testable import Web

/// Holds each answer of each test against the row of the table that it came from, so that what a row says of itself stays true.
enum RouteContract {
    /// Records an issue when `answer` is none that the row of the request names.
    static func check(_ answer: Answer, to method: HTTPRequest.Method, _ path: String, in routes: [Route]) {
        guard let route = route(for: method, path, in: routes), route.problemPage == nil else { return }
        let flaws = answer.code == nil ? flaws(in: answer, of: route) : refusalFlaws(in: answer, of: route)
        for flaw in flaws { Issue.record("\(route.name): \(flaw)") }
    }

    /// The row that answers: one that names the path exactly goes before one with a place holder.
    private static func route(for method: HTTPRequest.Method, _ path: String, in routes: [Route]) -> Route? {
        let path = String(path.prefix { $0 != "?" })
        let matching = routes.filter { $0.method == method && $0.matches(path: path) }
        return matching.first { !$0.path.contains("{") } ?? matching.first
    }

    private static func refusalFlaws(in answer: Answer, of route: Route) -> [String] {
        guard let code = answer.code.flatMap(ProblemCode.init(rawValue:)) else { return ["an unknown code"] }
        // What the front refuses before a row is found.
        let isOfTheFront = [.invalidRequest, .requestTimeout, .payloadTooLarge, .csrfRejected].contains(code)
        return isOfTheFront || route.problems.contains(code) ? [] : ["the row does not name \(code.rawValue)"]
    }

    private static func flaws(in answer: Answer, of route: Route) -> [String] {
        let candidates = route.answers.filter { $0.status == answer.status }
        guard !candidates.isEmpty else { return ["the row does not name \(answer.status)"] }
        let found = candidates.map { contentFlaws(in: answer, as: $0.content) }
        return found.contains { $0.isEmpty } ? [] : found[0]
    }

    private static func contentFlaws(in answer: Answer, as content: RouteAnswer.Content) -> [String] {
        switch content {
        case .nothing: return answer.text.isEmpty ? [] : ["there is a body"]
        case .media(let type):
            return answer.header("Content-Type")?.hasPrefix(type) == true ? [] : ["the body is not \(type)"]
        case .json(let shape): return flaws(in: answer.json ?? .null, as: .object(shape), at: shape.name)
        }
    }

    private static func flaws(in value: JSONValue, as kind: ValueKind, at path: String) -> [String] {
        switch (kind, value) {
        case (.foreign, _), (.text, .string), (.integer, .integer), (.number, .integer), (.flag, .bool): return []
        case (.moment, .string(let text)):
            return Timestamp(iso8601: text) == nil ? ["\(path) is no moment"] : []
        case (.identifier, .string(let text)):
            return text.utf8.count == 36 ? [] : ["\(path) is no identifier"]
        case (.choice(let names), .string(let text)):
            return names.contains(text) ? [] : ["\(path) is \(text)"]
        case (.list(let kind), .array(let items)):
            return items.enumerated().flatMap { flaws(in: $1, as: kind, at: "\(path)[\($0)]") }
        case (.object(let shape), .object(let members)):
            let unknown = members.keys.filter { name in !shape.members.contains { $0.name == name } }
            return unknown.map { "\(path).\($0) is not declared" }
                + shape.members.flatMap { flaws(in: members[$0.name], as: $0, at: "\(path).\($0.name)") }
        default: return ["\(path) is of another kind"]
        }
    }

    private static func flaws(in value: JSONValue?, as field: RouteField, at path: String) -> [String] {
        switch value {
        case nil: return field.isRequired ? ["\(path) is missing"] : []
        case .null: return field.isNullable ? [] : ["\(path) is null"]
        case .some(let value): return flaws(in: value, as: field.kind, at: path)
        }
    }
}
