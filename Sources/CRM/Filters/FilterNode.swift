#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A filter as it was sent, before anybody has asked what it means.
package enum FilterNode: Sendable, Hashable, Decodable {
    case nothing
    case flag(Bool)
    case number(Double)
    case text(String)
    case list([FilterNode])
    case object([String: FilterNode])

    /// Reads any JSON.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .nothing
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([String: FilterNode].self) {
            self = .object(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else {
            self = .list(try container.decode([FilterNode].self))
        }
    }

    /// Reads JSON text whose depth was bounded before; `nil` for what is none.
    package init?(json: String) {
        guard let node = try? JSONDecoder().decode(FilterNode.self, from: Data(json.utf8)) else { return nil }
        self = node
    }
}
