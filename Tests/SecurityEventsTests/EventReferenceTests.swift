import Foundation
import SecurityEvents
import Testing

@Suite struct `event reference` {
    @Test func `the page on events is what the catalogue says`() throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("docs/events.md")
        if ProcessInfo.processInfo.environment["GATEHOUSE_WRITE_DOCS"] == "1" {
            try EventReference.markdown.write(to: file, atomically: true, encoding: .utf8)
        }
        let isEqual = try String(contentsOf: file, encoding: .utf8) == EventReference.markdown
        #expect(isEqual, "Write it anew: GATEHOUSE_WRITE_DOCS=1 swift test --filter 'event reference'")
    }

    @Test func `the page has every event once, and no cell that breaks its table`() {
        for type in EventType.allCases {
            let rows = EventReference.markdown.split(separator: "\n").filter { $0.hasPrefix("| `\(type.rawValue)` |") }
            #expect(rows.count == 1)
            #expect(rows.first?.filter { $0 == "|" }.count == 8)
        }
    }
}
