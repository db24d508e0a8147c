import HTTPTypes

/// The cookies of a request, all of them: a browser may hold several of one name, for other domains and paths, and says of none where it is
/// from (RFC 6265 §5.4). The longer path comes first, then the older one; no order can be trusted.
struct PresentedCookies: Sendable {
    /// As many values of one name are looked at; a sibling subdomain can plant hundreds.
    private static let most = 8

    private let pairs: [(name: Substring, value: Substring)]

    /// The cookies in every `Cookie` field.
    init(_ headers: HTTPFields) {
        pairs = headers[values: .cookie].flatMap { field in
            field.split(separator: ";").compactMap { pair in
                let halves = pair.drop { $0 == " " || $0 == "\t" }
                    .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard halves.count == 2 else { return nil }
                return (halves[0], halves[1])
            }
        }
    }

    /// The values that came under `name`, each once, empty ones left out.
    func values(of name: String) -> [String] {
        var found: [String] = []
        for pair in pairs where pair.name == name && !pair.value.isEmpty {
            let value = String(pair.value)
            if !found.contains(value) { found.append(value) }
            if found.count == Self.most { break }
        }
        return found
    }
}
