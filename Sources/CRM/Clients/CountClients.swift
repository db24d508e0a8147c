import Accounts
import Core
import Storage

/// How many clients there are.
package struct ClientCount: Sendable, Hashable {
    package let count: Int
    /// Whether there are, or may be, more.
    package let isAtLeast: Bool
}

extension ClientBook {
    /// How many clients `scope` has who answer `asked`, in bounded time however many clients there are: exact up to 10,000 where a kept number or
    /// an index tells, or where few have to be looked at; otherwise those among the few that were.
    func count(_ scope: Scope, _ asked: ClientQuery) async throws -> ClientCount {
        let query = asked.resolved(for: scope.userID, at: world.now())
        let rows = ClientListRows(scope, query)
        if rows.isTotalKept {
            return ClientCount(count: try await number(rows.total, isShort: true), isAtLeast: false)
        }
        if let total = rows.totalOfIndex { return Self.bounded(try await number(total)) }
        var driver: FilterDriver?
        if scope.role.seesEverything {
            let drivers = FilterDriver.all(of: query.filterOfClients)
            let best = try await FilterDriver.best(of: drivers, upTo: ClientListRows.mostCounted, in: database)
            let isAll = query.stage == nil && query.filterOfClients.conjuncts.count == 1
            if let best, best.driver.isWhole, isAll { return Self.bounded(best.count) }
            driver = best?.driver
            if let best, best.count <= filterBounds.mostLookedUpToCount {
                return Self.bounded(try await number(ClientListRows(scope, query, driver: best.driver).total))
            }
        }
        let most = filterBounds.mostLookedUpToCount
        let row = try await database.rows(ClientListRows(scope, query, driver: driver).total(among: most)).first
        let (count, book): (Int, Int) = (try row?.get("total") ?? 0, try row?.get("book") ?? 0)
        return ClientCount(count: count, isAtLeast: driver != nil || book > most)
    }

    private func number(_ statement: SQL, isShort: Bool = false) async throws -> Int {
        try await database.rows(statement, isShort: isShort).first?.get("total") ?? 0
    }

    private static func bounded(_ count: Int) -> ClientCount {
        ClientCount(
            count: min(count, ClientListRows.mostCounted), isAtLeast: count > ClientListRows.mostCounted)
    }

    /// What tells whether a reader's clients have changed: the latest change, the latest activity and how many there are.
    func state(of scope: Scope) async throws -> BookState {
        let reader = scope.role.seesEverything ? nil : scope.userID
        let rows: SQL =
            reader.map { "client_reader WHERE user_id = \($0)" } ?? "client WHERE deleted_at IS NULL"
        let row = try await database.rows(
            """
            SELECT (SELECT MAX(updated_at) FROM \(rows)) AS updated, (SELECT MAX(last_activity_at) FROM \(rows)) AS active,
                (\(BookSize.query(reader, stage: nil))) AS total
            """, isShort: true
        ).first
        return BookState(
            updatedAt: try row?.optional("updated") ?? Timestamp(milliseconds: 0),
            activeAt: try row?.optional("active") ?? Timestamp(milliseconds: 0), total: try row?.get("total") ?? 0)
    }
}

/// When a reader's clients were last changed, and how many there are.
struct BookState: Sendable, Hashable {
    let updatedAt: Timestamp
    let activeAt: Timestamp
    let total: Int
}
