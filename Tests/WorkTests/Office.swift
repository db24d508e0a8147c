import Accounts
import CRM
import Core
import Identity
import SecurityEvents
import Sessions
import Storage
import TestSupport
import Testing

@testable import Work

/// A brokerage with its people, on an empty database: what every test of this target starts from.
struct Office: Sendable {
    let database: any Database
    let time: TestWorld
    let book: ClientBook
    let owner: Scope
    let ana: Scope
    let ben: Scope
    let lender: Scope

    static let cursorKey = Secret<[UInt8]>(Array(repeating: 7, count: 32))

    /// Opens an office on a database of its own.
    static func open(_ kind: DatabaseKind, _ body: @escaping @Sendable (Office) async throws -> Void) async throws {
        try await withDatabase(kind) { database in
            let time = TestWorld()
            let migrations =
                IdentitySchema.migrations + SecurityEventsSchema.migrations + CRMSchema.migrations
                + WorkSchema.migrations + OutboxSchema.migrations
            _ = try await Migrator(migrations).migrate(database, now: time.world.now())
            func person(_ name: String, _ role: Role) async throws -> Scope {
                let scope = Scope(userID: time.world.identifier(), sessionID: time.world.identifier(), role: role)
                try await database.transaction { session in
                    try session.run(
                        """
                        INSERT INTO account (id, email, first_name, last_name, role, status, created_at, updated_at)
                        VALUES (\(scope.userID), \("\(name)@example.com"), \(name), 'Test', \(role.rawValue), 'active', 0, 0)
                        """)
                }
                return scope
            }
            let office = Office(
                database: database, time: time,
                book: ClientBook(
                    database: database, world: time.world, cursorKey: cursorKey, dependents: WorkDependents.all),
                owner: try await person("owner", .owner), ana: try await person("ana", .agent),
                ben: try await person("ben", .agent), lender: try await person("lender", .lender))
            _ = try await office.book.prepareSearch()
            try await body(office)
        }
    }

    /// Creates a client that must be accepted.
    @discardableResult
    func client(
        _ scope: Scope, _ first: String = "Jane", _ last: String = "Doe",
        _ change: (inout ClientDraft) -> Void = { _ in }
    ) async throws -> Client {
        var draft = ClientDraft(firstName: first, lastName: last)
        change(&draft)
        guard case .created(let client) = try await book.create(scope, draft, force: true) else {
            throw Unexpected()
        }
        return client
    }

    /// Makes two clients one.
    @discardableResult
    func merged(_ scope: Scope, _ winner: ClientID, with loser: ClientID) async throws -> MergeID {
        guard case .merged(_, let record) = try await book.merge(scope, winner, with: loser) else { throw Unexpected() }
        return record.id
    }

    struct Unexpected: Error {}
}
