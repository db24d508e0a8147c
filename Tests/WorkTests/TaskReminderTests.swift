import Accounts
import CRM
import Core
import Storage
import TestSupport
import Testing

@testable import Work

@Suite struct `reminders of tasks` {
    @Test(arguments: DatabaseKind.available)
    func `are mailed once, to whom the task is assigned, however many nodes look`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana)
            let made = try await office.task(office.owner, "Call Jane", for: client.id) {
                $0.assignedTo = .set(office.ana.userID)
                $0.dueTime = .set("2026-03-08T09:00")
                $0.reminderMinutes = .set(30)
            }
            try office.go(to: "2026-03-08T12:29:59Z")
            try await office.remind()
            #expect(try await office.mails().isEmpty)
            try office.go(to: "2026-03-08T12:30:00Z")
            async let one: Void = office.remind()
            async let other: Void = office.remind()
            _ = try await (one, other)
            let mails = try await office.mails()
            #expect(mails.map(\.address) == ["ana@example.com"])
            #expect(mails.first?.kind == .taskReminder)
            #expect(
                mails.first?.values == [
                    "title": "Call Jane", "kind": "Follow Up", "client": "Jane Doe",
                    "when": "Sunday, 8 March 2026, 09:00 (America/New_York)",
                ])
            // Another time is another reminder.
            _ = try await office.tasks.change(
                office.ana, made.id, TaskPatch(name: "Call Jane") { $0.dueTime = .set("2026-03-09T09:00") })
            try office.go(to: "2026-03-09T13:00:00Z")
            try await office.remind()
            try await office.remind()
            #expect(try await office.mails().count == 2)
        }
    }

    @Test(arguments: DatabaseKind.available)
    func `are not sent for what is done, gone, out of reach or long over`(kind: DatabaseKind) async throws {
        try await Office.open(kind) { office in
            let client = try await office.client(office.ana) { $0.collaborators = [office.ben.userID] }
            func made(_ change: (inout TaskPatch) -> Void = { _ in }) async throws -> WorkTask {
                try await office.task(office.ana, "Call Jane", for: client.id) {
                    $0.dueTime = .set("2026-03-08T09:00")
                    $0.reminderMinutes = .set(0)
                    change(&$0)
                }
            }
            _ = try await office.tasks.complete(office.ana, try await made().id)
            _ = try await office.tasks.remove(office.ana, try await made().id)
            _ = try await made { $0.assignedTo = .set(office.ben.userID) }
            var patch = ClientPatch()
            patch.collaborators = .set([])
            _ = try await office.book.patch(office.ana, client.id, patch)
            _ = try await made { $0.dueTime = .set("2026-03-07T09:00") }
            try office.go(to: "2026-03-08T13:00:00Z")
            try await office.remind()
            #expect(try await office.mails().isEmpty)
        }
    }
}
