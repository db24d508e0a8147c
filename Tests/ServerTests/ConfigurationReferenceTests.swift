import Foundation
import Server
import Testing

@Suite struct `configuration reference` {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let remedy: Comment = """
        It is not what the source says. Write it anew: \
        GATEHOUSE_WRITE_DOCS=1 swift test --filter 'configuration reference'
        """

    /// Compares a file of the repository with what it should be, or writes it when that is asked for.
    private static func check(_ path: String, is text: String) throws {
        let file = root.appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["GATEHOUSE_WRITE_DOCS"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let kept = try? String(contentsOf: file, encoding: .utf8)
        // Compared outside the expectation: the two texts would be printed whole.
        let isEqual = kept == text
        #expect(isEqual, remedy)
    }

    private static func settings() throws -> [Setting] { try ServerConfiguration.read(environment: [:]).settings }

    @Test func `the page on configuration is what the source says`() throws {
        try Self.check("docs/configuration.md", is: ConfigurationReference.markdown(try Self.settings()))
    }

    @Test func `the example of an environment file is what the source says`() throws {
        try Self.check(".env.example", is: ConfigurationReference.environmentExample(try Self.settings()))
    }

    @Test func `the example lists exactly the variables that are read, and sets none`() throws {
        let settings = try Self.settings()
        let example = ConfigurationReference.environmentExample(settings)
        #expect(EnvironmentFile(example) == EnvironmentFile(""))
        let listed = example.split(separator: "\n").filter { $0.hasPrefix("#") && !$0.hasPrefix("# ") }
        #expect(listed.map { $0.dropFirst().prefix { $0 != "=" } }.sorted() == settings.map { $0.name[...] }.sorted())
        #expect(Set(settings.map(\.name)).count == settings.count)
    }

    @Test func `the example means the defaults when every line of it is set`() throws {
        let example = ConfigurationReference.environmentExample(try Self.settings())
        let lines = example.split(separator: "\n").map { $0.hasPrefix("# ") ? $0 : $0.dropFirst() }
        let file = EnvironmentFile(lines.joined(separator: "\n"))
        #expect(file.refusals.isEmpty)
        let settings = try ServerConfiguration.read(environment: [:], file: file).settings
        for setting in settings { #expect(setting.resolved == setting.standard, "\(setting.name)") }
    }

    @Test func `every variable is explained in a sentence and holds no secret`() throws {
        let configuration = try ServerConfiguration.read(environment: ["JWT_SECRET": "kX9vQ2mZ7rT4bN8cW1yL6pD3sF5gH0jA"]
        )
        for setting in configuration.settings {
            #expect(setting.summary.hasSuffix("."), "\(setting.name)")
            #expect(!setting.summary.contains("|"), "\(setting.name)")
            #expect(!setting.area.isEmpty, "\(setting.name)")
        }
        #expect(!ConfigurationReference.markdown(configuration.settings).contains("kX9vQ2mZ"))
        #expect(!ConfigurationReference.environmentExample(configuration.settings).contains("kX9vQ2mZ"))
    }
}
