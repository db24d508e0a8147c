package import Core
import Foundation
package import Logging

/// Writes one line a message to standard error, as text or as JSON.
///
/// Whatever a message or its metadata holds stays on its line: line breaks and control characters are escaped, so that nobody
/// can write a log line by choosing a header (log injection, ASVS 16.4.1).
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let format: ServerConfiguration.LogFormat
    private let world: World
    private let label: String

    /// A handler for the logger `label`.
    package init(
        label: String, level: ServerConfiguration.LogLevel, format: ServerConfiguration.LogFormat, world: World
    ) {
        self.label = label
        self.format = format
        self.world = world
        logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the line.
    package func log(event: LogEvent) {
        // One write for one line, so that lines of several threads do not mix.
        try? FileHandle.standardError.write(contentsOf: Data(line(for: event)))
    }

    /// What is written for `event`: one line with its end.
    func line(for event: LogEvent) -> [UInt8] {
        var facts = metadata
        if let given = event.metadata { facts.merge(given) { _, later in later } }
        facts["hb.request.id"] = nil
        switch format {
        case .text: return text(event.level, "\(event.message)", facts)
        case .json: return json(event.level, "\(event.message)", facts)
        }
    }

    private func text(_ level: Logger.Level, _ message: String, _ facts: Logger.Metadata) -> [UInt8] {
        var line = "\(world.now().iso8601) \(level.rawValue.uppercased()) \(Self.escaped(message))"
        for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
            let text = Self.escaped("\(value)")
            line += text.contains(" ") || text.isEmpty ? " \(key)=\"\(text)\"" : " \(key)=\(text)"
        }
        return Array((line + "\n").utf8)
    }

    private func json(_ level: Logger.Level, _ message: String, _ facts: Logger.Metadata) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("at", world.now())
            object.member("level", level.rawValue)
            object.member("logger", label)
            object.member("message", message)
            for (key, value) in facts.sorted(by: { $0.key < $1.key }) {
                object.key(text: key)
                object.string("\(value)")
            }
        }
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                escaped += "\\"
                escaped.unicodeScalars.append(scalar)
            } else if scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
            {
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
