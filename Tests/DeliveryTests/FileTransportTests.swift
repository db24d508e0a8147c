import Core
import Delivery
import Foundation
import Logging
import TestSupport
import Testing

@Suite struct `mails as files` {
    private let scratch: ScratchDirectory
    private let directory: URL
    private let transport: any MailTransport

    init() throws {
        scratch = try ScratchDirectory()
        directory = scratch.url.appendingPathComponent("data/mail")
        var log = Logger(label: "test")
        log.logLevel = .critical
        transport = try MailURL("file:\(directory.path)").transport(log: log)
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() }
    }

    @Test func `hold the bytes of the mail`() async throws {
        let mail = try testMail(subject: "Grüße")
        try await transport.send(mail)
        let name = try #require(try names.first)
        #expect(name == "20260101T120000000Z-019b7985-4e00-7000-8000-000000000001.eml")
        #expect(try Data(contentsOf: directory.appendingPathComponent(name)) == Data(mail.bytes))
    }

    @Test func `can be read by this user alone`() async throws {
        try await transport.send(try testMail())
        let path = directory.appendingPathComponent(try #require(try names.first)).path
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test func `replace themselves when they are sent again`() async throws {
        try await transport.send(try testMail(subject: "one"))
        try await transport.send(try testMail(subject: "two"))
        #expect(try names.count == 1)
    }

    @Test func `sort by time`() async throws {
        for seconds in [3, 1, 2] as [Int64] {
            try await transport.send(try testMail(at: Timestamp(seconds: 1_767_268_800 + seconds)))
        }
        #expect(
            try names.map { $0.prefix(19) } == ["20260101T120001000Z", "20260101T120002000Z", "20260101T120003000Z"])
    }

    @Test func `take the place of what a crash left behind`() async throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let unfinished = ".20260101T120000000Z-019b7985-4e00-7000-8000-000000000001.eml.partial"
        try Data("half".utf8).write(to: directory.appendingPathComponent(unfinished))
        try await transport.send(try testMail())
        #expect(try names.count == 1)
        #expect(try names.first?.hasPrefix("2026") == true)
    }

    @Test func `are tried again when they cannot be written`() async throws {
        let file = scratch.url.appendingPathComponent("file")
        try Data().write(to: file)
        let transport = try MailURL("file:\(file.path)").transport(log: Logger(label: "test"))
        let mail = try testMail()
        let failure = await #expect(throws: DeliveryFailure.self) { try await transport.send(mail) }
        guard case .temporary(let reason) = failure else { return #expect(Bool(false)) }
        #expect(reason.contains("cannot be written"))
    }
}
