import Accounts
import CRM
import Core
import Sessions
import Storage
import TestSupport

@testable import Work

extension Office {
    var settings: UserSettings { UserSettings(database: database, world: time.world) }
    var tasks: TaskBook {
        TaskBook(database: database, world: time.world, cursorKey: Office.cursorKey, settings: settings)
    }

    /// Makes a task that must be accepted.
    @discardableResult
    func task(
        _ scope: Scope, _ name: String = "Call", for client: ClientID? = nil,
        _ change: (inout TaskPatch) -> Void = { _ in }
    ) async throws -> WorkTask {
        try task(await tasks.create(scope, TaskPatch(name: name, client: client, change)))
    }

    /// The task of an outcome that must be one.
    func task(_ outcome: TaskBook.Outcome) throws -> WorkTask {
        guard case .done(let task, _) = outcome else { throw Unexpected() }
        return task
    }

    /// The names of the tasks that somebody sees in a list, in its order.
    func names(_ scope: Scope, _ query: TaskQuery = TaskQuery()) async throws -> [String] {
        guard case .page(let json, _) = try await tasks.list(scope, query) else { throw Unexpected() }
        return try JSONNames.read(json)
    }

    /// Has `scope` live in that zone.
    func live(_ scope: Scope, in zone: String) async throws {
        guard case .done = try await settings.change(scope, timeZone: zone) else { throw Unexpected() }
    }

    /// Moves the clock to that moment.
    func go(to moment: String) throws {
        guard let moment = Timestamp(iso8601: moment) else { throw Unexpected() }
        time.advance(by: moment - time.now)
    }

    /// The fields that were refused, with their codes.
    func refused(_ outcome: TaskBook.Outcome) -> [String] {
        guard case .invalid(let problems) = outcome else { return [] }
        return problems.map { "\($0.field) \($0.code.rawValue)" }
    }
}

/// The names in a list of objects that a ``JSONWriter`` holds.
enum JSONNames {
    static func read(_ json: JSONWriter, _ member: String = "name") throws -> [String] {
        var reader = JSONReader("[" + String(decoding: json.bytes, as: UTF8.self) + "]")
        var names: [String] = []
        try reader.elements { reader in
            try reader.members { reader, key in
                if key == member { names.append(try reader.string()) } else { _ = try reader.value() }
            }
        }
        return names
    }
}

extension Office {
    private static let secret = ServerSecret(current: Secret(Array("a test secret of well over 32 characters".utf8)))
    var mailbox: Mailbox {
        Mailbox(isEnabled: true, secret: Self.secret, origin: "http://office.example", world: time.world)
    }

    /// Has the reminders that are due written.
    func remind() async throws {
        try await TaskReminders(database: database, world: time.world, mailbox: mailbox).post()
    }

    /// The mails that wait.
    func mails() async throws -> [OutgoingMail] {
        try await Outbox(database: database, world: time.world).list(nil, limit: 100).compactMap { item in
            guard case .mail(let mail) = mailbox.open(item) else { return nil }
            return mail
        }
    }

    /// Puts a client in the trash, as an owner who has just shown the password.
    func trash(_ id: ClientID) async throws {
        guard
            case .deleted = try await book.delete(
                owner, id, proof: FreshReauthentication(scope: owner))
        else { throw Unexpected() }
    }
}
