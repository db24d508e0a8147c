import Accounts
import CRM
import Core
import Foundation
import Identity
import Sessions
import Storage
import TestSupport
import Testing

/// A brokerage with its people, on an empty database: what every test of this feature starts from.
struct Office: Sendable {
    let database: any Database
    let time: TestWorld
    let book: ClientBook
    let owner: Scope
    let admin: Scope
    let ana: Scope
    let ben: Scope
    let lender: Scope

    static let cursorKey = Secret<[UInt8]>(Array(repeating: 7, count: 32))

    /// Opens an office on a database of its own.
    static func open(
        _ kind: DatabaseKind, home: HomeRegion = .standard,
        _ body: @escaping @Sendable (Office) async throws -> Void
    ) async throws {
        try await withDatabase(kind) { database in try await open(over: database, home: home, body) }
    }

    /// Opens an office on an empty database.
    static func open(
        over database: any Database, home: HomeRegion = .standard, preparesSearch: Bool = true,
        _ body: @escaping @Sendable (Office) async throws -> Void
    ) async throws {
        let time = TestWorld()
        _ = try await Migrator(IdentitySchema.migrations + CRMSchema.migrations)
            .migrate(database, now: time.world.now())
        func person(_ name: String, _ role: Role, status: String = "active") async throws -> Scope {
            let scope = Scope(userID: time.world.identifier(), sessionID: time.world.identifier(), role: role)
            try await database.transaction { session in
                _ = try session.changes(
                    """
                    INSERT INTO account (id, email, first_name, last_name, role, status, created_at, updated_at)
                    VALUES (\(scope.userID), \("\(name)@example.com"), \(name), 'Test', \(role.rawValue),
                        \(status), 0, 0)
                    """)
            }
            return scope
        }
        let office = Office(
            database: database, time: time,
            book: ClientBook(database: database, world: time.world, cursorKey: cursorKey, home: home),
            owner: try await person("owner", .owner), admin: try await person("admin", .admin),
            ana: try await person("ana", .agent), ben: try await person("ben", .agent),
            lender: try await person("lender", .lender))
        if preparesSearch { _ = try await office.book.prepareSearch() }
        try await body(office)
    }

    /// Creates a client that must be accepted.
    @discardableResult
    func client(
        _ scope: Scope, _ first: String = "Jane", _ last: String = "Doe",
        _ change: (inout ClientDraft) -> Void = { _ in }
    ) async throws -> Client {
        var draft = ClientDraft(firstName: first, lastName: last)
        change(&draft)
        let outcome = try await book.create(scope, draft, force: true)
        guard case .created(let client) = outcome else {
            Issue.record("not created: \(outcome)")
            throw Unexpected()
        }
        return client
    }

    /// The page for `query`, which must be accepted.
    func page(
        _ scope: Scope, _ change: (inout ClientQuery) -> Void = { _ in }
    ) async throws -> ClientPage<[Client]> {
        var query = ClientQuery()
        change(&query)
        let outcome = try await book.list(scope, query)
        guard case .page(let page) = outcome else {
            Issue.record("no page: \(outcome)")
            throw Unexpected()
        }
        return page
    }

    /// The first names that a search finds, in the order of names.
    func names(_ scope: Scope, search: String) async throws -> [String] {
        try await page(scope) {
            $0.search = search
            $0.sort = .lastName
            $0.limit = 100
        }.clients.map(\.firstName)
    }

    /// Changes a client; the change must be accepted.
    @discardableResult
    func patched(_ scope: Scope, _ id: ClientID, _ patch: ClientPatch) async throws -> Client {
        let outcome = try await book.patch(scope, id, patch)
        guard case .patched(let client) = outcome else {
            Issue.record("not patched: \(outcome)")
            throw Unexpected()
        }
        return client
    }

    /// A line of a client's history, as the API shows it; values as JSON texts, `nil` for null.
    struct Change {
        let version: Int
        let field: String
        let old: String?
        let new: String?
        let userID: String?
        let way: String
    }

    /// The history of a client, newest first.
    func history(_ scope: Scope, _ id: ClientID) async throws -> [Change] {
        guard case .page(let json, _, _) = try await book.historyJSON(scope, id, limit: 200) else { throw Unexpected() }
        return try Self.changes(json)
    }

    /// The changes that `json` holds one after the other.
    static func changes(_ json: JSONWriter) throws -> [Change] {
        try objects(json).map { object in
            func text(_ name: String) throws -> String? {
                guard let value = object[name], !(value is NSNull) else { return nil }
                let data = try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
                return String(decoding: data, as: UTF8.self)
            }
            return Change(
                version: object["version"] as? Int ?? 0, field: object["field"] as? String ?? "", old: try text("old"),
                new: try text("new"), userID: object["userId"] as? String, way: object["way"] as? String ?? "")
        }
    }

    /// The objects that `json` holds one after the other.
    static func objects(_ json: JSONWriter) throws -> [[String: Any]] {
        let text = "[" + String(decoding: json.bytes, as: UTF8.self) + "]"
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]] ?? []
    }

    /// A proof that `scope` has just shown its password.
    func proof(_ scope: Scope) throws -> FreshReauthentication {
        let now = time.world.now()
        return try #require(
            ReauthenticationPolicy().judge(
                .delete, scope: scope, authenticatedAt: now, methods: ["pwd"], now: now
            ).proof)
    }

    struct Unexpected: Error {}
}
