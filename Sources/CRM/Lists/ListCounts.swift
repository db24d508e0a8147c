import Accounts
import Core
import Storage
import Synchronization

/// The numbers of clients in lists as each reader has them, remembered while the reader's clients do not change.
///
/// One short query tells whether they did. A number is remembered for half a minute at most, because days pass for "not within 30 days", and
/// only when the latest change is older than the clock's grain: what is changed in the same moment would not be noticed.
final class ListCounts: Sendable {
    private static let remembered: Duration = .seconds(30)
    private static let grain: Duration = .seconds(1)
    private static let most = 20_000

    private struct Place: Hashable {
        let reader: AccountID
        let seesEverything: Bool
        let filter: String
    }

    private struct Known {
        let count: ClientCount
        let state: BookState
        let at: Timestamp
    }

    private let known = Mutex<[Place: Known]>([:])

    /// The lists with their counts for `scope`.
    func count(_ lists: [SmartList], for scope: Scope, in book: ClientBook) async throws -> [SmartList] {
        guard !lists.isEmpty else { return lists }
        let state = try await book.state(of: scope)
        var counted: [SmartList] = []
        for list in lists {
            var list = list
            let query = try await book.query(of: list)
            list.count = try await count(query, state, for: scope, in: book)
            counted.append(list)
        }
        return counted
    }

    private func count(
        _ query: ClientQuery, _ state: BookState, for scope: Scope, in book: ClientBook
    ) async throws -> ClientCount {
        let now = book.world.now()
        let place = Place(
            reader: scope.userID, seesEverything: scope.role.seesEverything, filter: query.filter?.json ?? "")
        let found = known.withLock { $0[place] }
        if let found, found.state == state, found.at + Self.remembered > now, found.at <= now { return found.count }
        let count = try await book.count(scope, query)
        guard max(state.updatedAt, state.activeAt) + Self.grain < now else { return count }
        known.withLock { known in
            if known.count >= Self.most { known.removeAll() }
            known[place] = Known(count: count, state: state, at: now)
        }
        return count
    }
}
