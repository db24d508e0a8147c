import FoundationEssentials

/// JSON read by another hand than the one that wrote it.
enum JSONText {
    static func strings(_ text: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }
}
