import Accounts
import CRM
import Core
import Storage
import Synchronization
import TestSupport

@testable import Work

/// What tests of deals do over and over.
extension Office {
    var deals: DealBook { DealBook(database: database, world: time.world, cursorKey: Self.cursorKey) }
    var pipelines: Pipelines { Pipelines(database: database, world: time.world) }

    /// The stages of the pipeline for buyers.
    func stages() async throws -> [DealStage] {
        guard let first = try await pipelines.all(owner).first else { throw Unexpected() }
        return first.stages
    }

    /// Creates a deal that must be accepted, in the first stage unless told otherwise.
    @discardableResult
    func deal(
        _ scope: Scope, _ name: String = "1 Main Street", in stage: DealStage? = nil,
        with parties: [(ClientID, String)] = [], _ change: (inout DealDraft) -> Void = { _ in }
    ) async throws -> Deal {
        var draft = DealDraft(name: name, stageID: try await stages()[0].id)
        if let stage { draft.stageId = stage.id }
        if !parties.isEmpty {
            draft.parties = parties.map { DealDraft.Party(clientId: $0.0, roles: [$0.1]) }
        }
        change(&draft)
        guard case .done(let deal) = try await deals.create(scope, draft) else { throw Unexpected() }
        return deal
    }

    /// Changes a deal, which must be accepted.
    @discardableResult
    func changed(_ scope: Scope, _ id: DealID, _ change: (inout DealDraft) -> Void) async throws -> Deal {
        var draft = DealDraft()
        change(&draft)
        guard case .done(let deal) = try await deals.change(scope, id, draft) else { throw Unexpected() }
        return deal
    }

    /// The names of the cards of a column, from top to bottom.
    func column(_ scope: Scope, _ stage: DealStage) async throws -> [String] {
        let board = try await deals.board(scope, stage.pipelineID)
        return board?.columns.first { $0.stage.id == stage.id }?.cards.map(\.name) ?? []
    }
}

/// A database that remembers the statements of its reads.
final class ReadStatements: Database {
    private let database: any Database
    private let asked = Mutex<[SQL]>([])

    init(_ database: any Database) { self.database = database }

    var statements: [SQL] { asked.withLock { $0 } }
    var dialect: SQLDialect { database.dialect }
    var load: DatabaseLoad { database.load }

    func transaction<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        try await database.transaction(body)
    }

    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLSession) throws -> T) async throws -> T {
        try await database.read { session in
            try body(ReadSession(session: session) { statement in self.asked.withLock { $0.append(statement) } })
        }
    }

    func rows(_ statement: SQL, isShort: Bool) async throws -> [Row] {
        asked.withLock { $0.append(statement) }
        return try await database.rows(statement, isShort: isShort)
    }

    func reduce<T: Sendable>(
        _ statement: SQL, isShort: Bool, into start: @autoclosure @escaping @Sendable () -> T,
        _ body: @escaping @Sendable (inout T, any RowInPlace) throws -> Void
    ) async throws -> T {
        try await database.reduce(statement, isShort: isShort, into: start(), body)
    }

    func batch(_ statements: [SQL], locking row: [UInt8]?) async throws -> [[Row]] {
        try await database.batch(statements, locking: row)
    }

    func close() async { await database.close() }

    /// The lines of the plans of what was asked, without what takes a table from its beginning to its end because it is small.
    func plans() async throws -> [String] {
        let (statements, dialect) = (statements, dialect)
        return try await database.transaction { session in
            if dialect == .postgres { try session.run("SET LOCAL enable_seqscan = off") }
            return try statements.flatMap { statement in
                dialect == .sqlite
                    ? try session.rows("EXPLAIN QUERY PLAN \(statement)").map { try $0.get("detail", as: String.self) }
                    : try session.rows("EXPLAIN \(statement)").map { try $0.get("QUERY PLAN", as: String.self) }
            }
        }
    }
}

private struct ReadSession: SQLSession {
    let session: any SQLSession
    let tell: (SQL) -> Void

    func rows(_ statement: SQL) throws -> [Row] {
        tell(statement)
        return try session.rows(statement)
    }

    func changes(_ statement: SQL) throws -> Int { try session.changes(statement) }
    func run(_ statement: SQL) throws { try session.run(statement) }
    func insert(_ rows: [SQL], into table: SQL) throws { try session.insert(rows, into: table) }
    func announce(_ message: String, on channel: Channel) throws { try session.announce(message, on: channel) }
}
