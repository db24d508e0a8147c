/// What a file calls an address or a number, in our words.
package enum PointType {
    private static let known: [String: String] = [
        "home": "home", "work": "work", "business": "work", "office": "work", "mobile": "mobile", "cell": "mobile",
        "cellular": "mobile", "iphone": "mobile", "main": "main", "other": "other", "fax": "fax",
        "work fax": "work fax",
        "workfax": "work fax", "home fax": "home fax", "homefax": "home fax", "pager": "pager", "personal": "home",
    ]

    /// The type: a well-known one in lower case, any other as it is; `other` for nothing. Google marks its own with `* `.
    package static func of(_ label: String) -> String {
        var text = FileProblem.trimmed(label)
        if text.hasPrefix("* ") { text = String(text.dropFirst(2)) }
        if text.isEmpty { return "other" }
        return known[text.lowercased()] ?? text
    }
}
