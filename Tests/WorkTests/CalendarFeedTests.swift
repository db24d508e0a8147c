import Accounts
import CRM
import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `the address of a calendar` {
    @Test(arguments: DatabaseKind.available)
    func `is of 256 bits, of which the database knows the hash alone`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let token = try await office.token(office.ana)
            #expect(Base64URL.decode(token)?.count == 32)
            #expect(try await office.feed.document(token) != nil)
            let row = try #require(try await office.database.rows("SELECT token_hash FROM calendar_feed").first)
            let hash: [UInt8] = try row.get("token_hash")
            #expect(hash.count == 32 && hash != Base64URL.decode(token))
            for wrong in ["", "x", String(token.dropLast()), token + "A", String(token.reversed()), token + ".ics"] {
                #expect(try await office.feed.document(wrong) == nil)
            }
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `ends when it is revoked, replaced, or its owner cannot sign in any more`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let first = try await office.token(office.ana)
            #expect(try await office.feed.createdAt(office.ana) == office.time.now)
            let second = try await office.token(office.ana)
            #expect(try await office.feed.document(first) == nil)
            #expect(try await office.feed.document(second) != nil)
            try await office.feed.revoke(office.ana)
            #expect(try await office.feed.document(second) == nil)
            #expect(try await office.feed.createdAt(office.ana) == nil)
            let third = try await office.token(office.ben)
            let ben = office.ben.userID
            try await office.database.transaction { session in
                try session.run("UPDATE account SET status = 'disabled' WHERE id = \(ben)")
            }
            #expect(try await office.feed.document(third) == nil)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `gives the same bytes while nothing is changed, under the same tag`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let made = try await office.task(office.ana, "Call") { $0.dueDay = .set("2026-03-09") }
            let token = try await office.token(office.ana)
            let first = try #require(try await office.feed.document(token))
            office.time.advance(by: .hours(1))
            #expect(try await office.feed.document(token) == first)
            _ = try await office.tasks.change(office.ana, made.id, TaskPatch(name: "Text"))
            let second = try #require(try await office.feed.document(token))
            #expect(second.tag != first.tag)
            let text = String(decoding: second.bytes, as: UTF8.self)
            #expect(text.contains("SEQUENCE:1\r\n") && text.contains("UID:task-\(made.id)@gatehouse\r\n"))
            #expect(text.hasPrefix("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && text.hasSuffix("END:VCALENDAR\r\n"))
        }
    }

    @Test func `lines are folded at 75 octets, and no character is cut in two`() {
        var writer = CalendarWriter(capacity: 100)
        writer.text("SUMMARY", String(repeating: "é", count: 100))
        let lines = String(decoding: writer.bytes, as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.map(\.utf8.count) == [74, 75, 61, 0])
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix(" ") })
        #expect(!lines.joined().contains("\u{FFFD}"))
    }
}
