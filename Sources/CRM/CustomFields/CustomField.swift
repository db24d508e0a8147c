package import Core

/// A field that the brokerage has made for itself.
package struct CustomField: Sendable, Hashable {
    /// What its values are.
    package enum Kind: String, Sendable, CaseIterable {
        case text, number
        /// A day: `2026-01-31`.
        case date
        /// One of ``CustomField/choices``.
        case choice
        /// Yes or no.
        case flag
    }

    /// The member under `customFields`, made from the first name: never changed, and never given again.
    package let key: String
    /// What people read.
    package var name: String
    /// Never changed: the values that are there would be of another kind.
    package let kind: Kind
    /// In the order in which they are offered; empty for other kinds.
    package var choices: [String]
    /// When it was made.
    package let createdAt: Timestamp

    /// The most fields that a brokerage has.
    package static let most = 100
    /// The most choices of one.
    package static let mostChoices = 100
}

extension CustomField {
    /// Reads `value` as the field holds it; `nil`, and a problem in `check`, for one that it cannot hold.
    func checked(_ value: CustomFieldValue, _ check: inout FieldCheck) -> CustomFieldValue? {
        let path = "customFields.\(key)"
        switch (kind, value) {
        case (.text, .text(let text)):
            let line = check.line(text, path, 1000)
            return line.isEmpty ? nil : .text(line)
        case (.number, .number(let number)):
            guard number.isFinite, abs(number) <= 1e15 else {
                check.refuse(path, .outOfRange, "Give a number between -10^15 and 10^15.")
                return nil
            }
            return .number(number)
        case (.date, .text(let text)):
            if let date = PartialDate(text), date.year != nil { return .text(date.text) }
            check.refuse(path, .invalidDate, "Give a day such as 2026-01-31.")
        case (.choice, .text(let text)):
            if choices.contains(text) { return .text(text) }
            check.refuse(path, .unknownChoice, "Choose one of: \(choices.joined(separator: ", ")).")
        case (.flag, .flag): return value
        default: check.refuse(path, .wrongKind, "This field holds \(kind.words).")
        }
        return nil
    }
}

extension CustomField.Kind {
    fileprivate var words: String {
        switch self {
        case .text: return "a text"
        case .number: return "a number"
        case .date: return "a day such as 2026-01-31"
        case .choice: return "one of its choices"
        case .flag: return "true or false"
        }
    }
}
