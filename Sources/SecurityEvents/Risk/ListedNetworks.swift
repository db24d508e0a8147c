import FoundationEssentials

/// The networks that the operator suspects, by number: hosting, anonymisers (`RISK_ASN_FILE`).
///
/// Nothing is shipped: such lists age within weeks, and whose network is suspect is the operator's call.
package struct ListedNetworks: WatchedFile {
    private static let largestFile = 4_000_000

    private let numbers: FileContent<Set<UInt32>>

    /// Reads the list at `path`; `nil` for none. One number a line, with or without `AS` before it; `#` begins a comment.
    /// A list with another line in it is refused whole: half a list looks like a list.
    package init(path: String?) {
        numbers = FileContent(path: path) { path, stamp throws(PlaceFileRefusal) in
            let seen = try FileStamp(path: path)
            guard seen.size <= Self.largestFile else { throw PlaceFileRefusal(reason: "is larger than 4 MB") }
            guard let data = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
                throw PlaceFileRefusal(reason: "cannot be read")
            }
            guard data.count == seen.size else {
                throw PlaceFileRefusal(reason: "was being written while it was read")
            }
            stamp = seen
            return try Self.numbers(in: Array(data))
        }
    }

    package var label: String { "list of suspect networks" }
    package var problem: String? { numbers.problem }

    /// How many networks are listed.
    package var count: Int { numbers.content?.count ?? 0 }

    /// Whether `network` is on the list.
    package func contains(_ network: Network) -> Bool { numbers.content?.contains(network.number) ?? false }

    /// Looks at the file again.
    package func reload() -> FileReload { numbers.reload() }

    private static func numbers(in bytes: [UInt8]) throws(PlaceFileRefusal) -> Set<UInt32> {
        var numbers: Set<UInt32> = []
        for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != UInt8(ascii: "#") }.split { $0 <= 32 }
            guard let word = words.first else { continue }
            guard words.count == 1, let number = number(word) else {
                throw PlaceFileRefusal(reason: "has no AS number in line \(index + 1)")
            }
            numbers.insert(number)
        }
        return numbers
    }

    /// `AS1221`, `as1221` or `1221`.
    private static func number(_ word: some Collection<UInt8>) -> UInt32? {
        let isNamed = word.prefix(2).elementsEqual("AS".utf8) || word.prefix(2).elementsEqual("as".utf8)
        let digits = word.dropFirst(isNamed ? 2 : 0)
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
    }
}
