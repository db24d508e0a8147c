import Core
import Logging
import TestSupport
import Testing

@testable import Server

@Suite struct `log lines` {
    private static let attacks = [
        "a\nb", "a\r\n2026-01-01T00:00:00.000Z ERROR forged", "\u{1B}[2J\u{1B}[31mred", "\u{0}", "\u{85}next",
        "\u{9B}31m", "\u{2028}\u{2029}", "tab\there", "bell\u{7}", "back\u{8}\u{7F}",
    ]

    private static func line(
        _ format: ServerConfiguration.LogFormat, _ message: String, _ metadata: Logger.Metadata? = nil
    ) -> String {
        let handler = LineLogHandler(label: "test", level: .trace, format: format, world: TestWorld().world)
        let event = LogEvent(
            level: .warning, message: "\(message)", metadata: metadata, source: nil, file: "", function: "", line: 1)
        return String(decoding: handler.line(for: event), as: UTF8.self)
    }

    @Test func `hold time, level, message and facts`() {
        #expect(
            Self.line(.text, "signed in", ["b": "two words", "a": "1", "c": ""])
                == "2026-01-01T12:00:00.000Z WARNING signed in a=1 b=\"two words\" c=\"\"\n")
        #expect(
            Self.line(.json, "signed in", ["b": "two words", "a": "1"])
                == #"{"at":"2026-01-01T12:00:00.000Z","level":"warning","logger":"test","message":"signed in","#
                + #""a":"1","b":"two words"}"# + "\n")
    }

    @Test(arguments: attacks, [ServerConfiguration.LogFormat.text, .json])
    func `stay one line whatever a header holds`(attack: String, format: ServerConfiguration.LogFormat) {
        let metadata: Logger.Metadata = [
            "agent": "\(attack)", "list": .array(["\(attack)"]), "nested": .dictionary(["\(attack)": "\(attack)"]),
        ]
        for line in [Self.line(format, attack), Self.line(format, "message", metadata)] {
            #expect(line.last == "\n")
            let inside = line.unicodeScalars.dropLast()
            #expect(!inside.contains { $0.value < 32 })
            if format == .text {
                #expect(!inside.contains { $0.properties.generalCategory == .control })
                #expect(!inside.contains { $0.value == 0x2028 || $0.value == 0x2029 })
            }
        }
    }

    @Test func `cannot be given facts by a value`() {
        let line = Self.line(.text, "refused", ["agent": #"x" user="admin"#])
        #expect(line.contains(#"agent="x\" user=\"admin""#))
    }
}
