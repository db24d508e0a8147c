package import Core

/// What a person decided about one way of reaching them, with the proof of it: when, who wrote it down, and from what they knew it. Only files
/// that this program wrote have it.
package struct Decision: Sendable, Hashable {
    /// A way of reaching somebody.
    package enum Way: String, Sendable, Hashable, CaseIterable {
        case call, text, mail
    }

    package var way: Way
    /// Whether they asked not to be reached so; otherwise they said that they may be.
    package var isRefused: Bool
    package var at: Timestamp
    /// The address of whoever wrote it down; `nil` when no person did.
    package var by: String?
    package var source: String

    package init(_ way: Way, isRefused: Bool, at: Timestamp, by: String? = nil, source: String = "") {
        self.way = way
        self.isRefused = isRefused
        self.at = at
        self.by = by
        self.source = source
    }

    /// The parts in which a file has it: `call`, `refused` or `allowed`, the moment, the address, the source.
    var parts: [String] { [way.rawValue, isRefused ? "refused" : "allowed", at.iso8601, by ?? "", source] }

    /// Reads ``parts``; `nil` for anything else.
    init?(parts: [String]) {
        guard parts.count == 5, let way = Way(rawValue: parts[0]), ["refused", "allowed"].contains(parts[1]),
            let at = Timestamp(iso8601: parts[2])
        else { return nil }
        self.init(
            way, isRefused: parts[1] == "refused", at: at, by: parts[3].isEmpty ? nil : parts[3], source: parts[4])
    }
}
