import FoundationEssentials

extension RecordedEvent {
    /// The further facts, by name; empty when the stored text is not what this program writes.
    package var detail: [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(detailJSON.utf8))) ?? [:]
    }
}
