import Core
import Delivery
import Foundation
import Storage
import TestSupport
import Testing

@Suite(.enabled(if: Python.isThere, "needs /usr/bin/python3 to read the mails"))
struct `a mail on the wire` {
    private static let awkward = [
        "Ana Smith", "Zoë Müller", "山田 太郎", "👩‍👩‍👧‍👦 family", "O'Neil, \"Pat\" (broker) <x@y>", "=?UTF-8?Q?Ana?=",
        "a=?b?=c",
        "\\",
        "Dr. J. R. \"Bob\" Smith; ", String(repeating: "Grüße an alle ", count: 30),
        String(repeating: "w", count: 2000),
        String(repeating: "é", count: 700), String(repeating: "🏡", count: 300), String(repeating: "word ", count: 200),
        "e\u{301}a\u{308}", "\u{FFFD}\u{10FFFF}",
    ]

    /// What a reader must get to see for a header's `text`: the same on one line.
    private func shown(_ text: String) -> String {
        // By scalars: a space and an accent after it are one character.
        let words = text.unicodeScalars.split {
            $0.properties.isWhitespace || $0.properties.generalCategory == .control
        }
        let visible = words.map { word in String(String.UnicodeScalarView(word.filter { !$0.properties.isBidiControl }))
        }
        return visible.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// `text` as a body comes back: line feeds only, and one at the end.
    private func body(_ text: String) -> [UInt8] {
        var lines = Array(
            text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n").utf8)
        if let last = lines.last, last != 10 { lines.append(10) }
        return lines
    }

    /// The lines of a mail; fails unless each ends in CRLF and is ASCII.
    private func lines(_ bytes: [UInt8]) -> [Int] {
        var lengths: [Int] = []
        var length = 0
        for (index, byte) in bytes.enumerated() {
            if byte == 10 {
                guard index > 0, bytes[index - 1] == 13 else { return [.max] }
                lengths.append(length - 1)
                length = 0
            } else {
                if byte > 126 || byte == 0 { return [.max] }
                length += 1
            }
        }
        return length == 0 ? lengths : [.max]
    }

    @Test func `is two alternatives of one text`() throws {
        let mail = try testMail(
            toName: "Ben", subject: "Confirm", text: "Grüße\n\nBye", html: "<p>Grüße</p>",
            headers: [.init("Auto-Submitted", "auto-generated")])
        let read = try #require(ReadMail.read([mail.bytes]).first)
        #expect(read.type == "multipart/alternative")
        #expect(read.parts == ["text/plain", "text/html"])
        #expect(read.text == "Grüße\n\nBye\n")
        #expect(read.html == "<p>Grüße</p>\n")
        #expect(read.from == [.init(name: "Gatehouse", address: "no-reply@crm.example")])
        #expect(read.to == [.init(name: "Ben", address: "ben@example.com")])
        #expect(read.messageID == "<019b7985-4e00-7000-8000-000000000001@crm.example>")
        #expect(read.date == TestWorld.start.seconds)
        #expect(
            read.headers == [
                "Date", "From", "To", "Message-ID", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type",
            ])
        #expect(read.defects == [])
    }

    @Test func `has the same bytes every time`() throws {
        #expect(try testMail(subject: "Grüße").bytes == testMail(subject: "Grüße").bytes)
    }

    @Test func `carries names and subjects of every kind`() throws {
        let mails = try Self.awkward.map { try testMail(toName: $0, fromName: $0, subject: $0, text: $0, html: $0) }
        let bytes = mails.map(\.bytes)
        for bytes in bytes { #expect((lines(bytes).max() ?? 0) <= 76) }
        for (read, text) in zip(try ReadMail.read(bytes), Self.awkward) {
            #expect(read.subject == shown(text))
            #expect(read.to == [.init(name: shown(text), address: "ben@example.com")])
            #expect(read.from == [.init(name: shown(text), address: "no-reply@crm.example")])
            #expect(Array(read.text.utf8) == body(text))
            #expect(Array(read.html.utf8) == body(text))
            #expect(read.defects == [])
        }
    }

    @Test(arguments: [
        "Hello\r\nBcc: evil@example.com", "Hello\nBcc: evil@example.com", "Hello\rBcc: evil@example.com",
        "Hello\r\n\r\nBcc: evil@example.com", "Hello\0\u{B}\u{C}\u{85}\u{2028}\u{2029}Bcc: evil@example.com",
        "\r\nBcc: evil@example.com",
    ])
    func `never lets a text out of its header`(text: String) throws {
        let mail = try testMail(
            toName: text, fromName: text, subject: text,
            headers: [.init("X-Reason", text), .init(text, "x"), .init("Bcc", "x")])
        let read = try #require(ReadMail.read([mail.bytes]).first)
        #expect(!read.headers.contains { $0.lowercased().contains("bcc") })
        #expect(read.headers.count == 8)
        #expect(read.subject == shown(text))
        #expect(read.to.map(\.address) == ["ben@example.com"])
        #expect(read.text == "Hello\n")
    }

    @Test func `says no header twice`() throws {
        let headers = ["subject", "To", "Content-Type", "MIME-Version", "Message-Id", "a b", "a:b", "", "X-Ü"]
        let mail = try testMail(headers: headers.map { .init($0, "x") })
        #expect(try ReadMail.read([mail.bytes]).first?.headers.count == 7)
    }

    @Test func `hides no direction of writing in a name`() throws {
        let read = try ReadMail.read([try testMail(toName: "Ana \u{202E}moc.live@bo\u{2066}b").bytes])
        #expect(read.first?.to.first?.name == "Ana moc.live@bob")
    }

    @Test func `keeps lines that mean something to servers`() throws {
        let text = ".\r\n..\r\nFrom me\r\n\r\n trailing \t\r\n=\r\nend "
        let mail = try testMail(text: text)
        let raw = String(decoding: mail.bytes, as: UTF8.self)
        #expect(!raw.contains("\r\n.") && !raw.contains("\r\nFrom me") && !raw.contains(" \r\n"))
        #expect(try ReadMail.read([mail.bytes]).first?.text == ".\n..\nFrom me\n\n trailing \t\n=\nend \n")
    }

    @Test func `keeps the longest address whole`() throws {
        let domain = Array(repeating: String(repeating: "d", count: 60), count: 3).joined(separator: ".")
        let address = String(repeating: "a", count: 64) + "@" + domain
        let mail = try testMail(to: address, toName: String(repeating: "é", count: 100))
        #expect((lines(mail.bytes).max() ?? 0) <= 998)
        #expect(try ReadMail.read([mail.bytes]).first?.to.first?.address == address)
    }

    @Test(arguments: [0, -1, 951_782_400, 1_709_164_800, 4_102_444_799])
    func `says when it was written`(seconds: Int64) throws {
        let mail = try testMail(at: Timestamp(seconds: seconds))
        #expect(try ReadMail.read([mail.bytes]).first?.date == seconds)
    }

    @Test func `is read back from random texts`() throws {
        let world = TestWorld(seed: 7)
        let pieces = [
            "é", "🏡", " ", "  ", "\r\n", "\n", "\r", "\t", "=", "?", "=?", "?=", "_", ".", "From ", "\"", "\\", "<",
            ">", ",", "a",
        ]
        let texts = (0..<300).map { index -> String in
            let bytes = world.randomBytes(1 + index)
            if index % 2 == 0 { return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self) }
            return bytes.map { pieces[Int($0) % pieces.count] }.joined()
        }
        let mails = try texts.map { try testMail(toName: $0, subject: $0, text: $0, html: $0).bytes }
        var broken: [String] = []
        for (index, read) in try ReadMail.read(mails).enumerated() {
            let text = texts[index]
            let isWhole =
                read.subject == shown(text) && read.to.first?.name == shown(text) && Array(read.text.utf8) == body(text)
                && Array(read.html.utf8) == body(text) && read.headers.count == 7
                && (lines(mails[index]).max() ?? 0) <= 76
            if !isWhole { broken.append(text.debugDescription) }
        }
        #expect(broken == [])
    }
}
