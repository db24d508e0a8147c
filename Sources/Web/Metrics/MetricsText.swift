/// Writes the text that Prometheus reads (exposition format 0.0.4).
package struct MetricsText {
    /// What kind of number a family holds.
    package enum Kind: String {
        case counter, gauge, histogram
    }

    /// What the answer says that it is.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What was written so far.
    package private(set) var text = ""

    /// Nothing yet.
    package init() {}

    /// Begins a family of samples; its samples must follow at once.
    package mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// A family of one sample without labels.
    package mutating func sample(_ name: String, _ kind: Kind, _ help: String, _ value: String) {
        family(name, kind, help)
        sample(name, [], value)
    }

    /// One sample of the family that was begun last.
    package mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        text += name
        if !labels.isEmpty {
            let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }
            text += "{\(pairs.joined(separator: ","))}"
        }
        text += " \(value)\n"
    }

    /// A value or a help text cannot end its line, and a value cannot end its quotes.
    static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
