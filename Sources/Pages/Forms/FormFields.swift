import Foundation
import Web

/// The fields of a form that a browser has sent (`application/x-www-form-urlencoded`).
struct FormFields: Sendable {
    let values: [String: String]

    /// Reads `name=value&…`. Of two with one name the last counts; one that is not UTF-8 reads as empty.
    init(_ body: String) {
        var values: [String: String] = [:]
        for pair in body.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = halves.first.flatMap(Self.decode) else { continue }
            values[name] = halves.dropFirst().first.flatMap(Self.decode) ?? ""
        }
        self.values = values
    }

    subscript(name: String) -> String { values[name] ?? "" }

    private static func decode(_ text: Substring) -> String? {
        String(text.map { $0 == "+" ? " " : $0 }).removingPercentEncoding
    }
}
