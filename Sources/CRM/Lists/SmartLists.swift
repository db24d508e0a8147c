package import Accounts
import Core
import Storage

/// The smart lists: everybody has their own, and those that owner and admin share.
///
/// A list holds no clients and gives no right to any. Whoever opens it finds in it those of their own reach who answer its filter.
package struct SmartLists: Sendable {
    let book: ClientBook
    private let counts = ListCounts()

    package init(book: ClientBook) { self.book = book }

    /// How a change of a list ended.
    package enum Outcome: Sendable, Hashable {
        case done(SmartList)
        case invalid([FieldProblem])
        case versionMismatch
        /// There is none, or it is another's own.
        case notFound
        case forbidden
    }

    /// The lists that `scope` sees, by name. Their counts too, if `counted`.
    package func all(_ scope: Scope, counted: Bool) async throws -> [SmartList] {
        let lists = try await book.database.read { session in
            let fields = try CustomFieldTable.all(in: session)
            return try SmartListTable.all(for: scope, in: session).map { Self.shown($0, fields) }
        }
        return counted ? try await counts.count(lists, for: scope, in: book) : lists
    }

    /// The list, with its count; `nil` when there is none, or it is another's own.
    package func get(_ scope: Scope, _ id: SmartListID) async throws -> SmartList? {
        guard let list = try await list(scope, id) else { return nil }
        return try await counts.count([list], for: scope, in: book).first
    }

    /// Makes a list. To share it is for owner and admin.
    package func create(_ scope: Scope, _ draft: SmartListDraft) async throws -> Outcome {
        guard draft.isShared != true || scope.role.seesEverything else { return .forbidden }
        let now = book.world.now()
        let list = SmartList(
            id: book.world.identifier(), ownerID: scope.userID, name: "", isShared: false, filter: .every([]),
            columns: SmartList.standardColumns, sort: .newestFirst, createdAt: now, updatedAt: now, version: 1)
        return try await book.database.transaction { session in
            let fields = try CustomFieldTable.all(in: session)
            var check = FieldCheck()
            if draft.name == nil { check.refuse("name", .required, "A list has a name.") }
            if draft.filter == nil { check.refuse("filter", .required, "Say which clients it has.") }
            let made = Self.applied(draft, to: list, fields, &check)
            let there = try SmartListTable.counts(of: scope.userID, in: session)
            if there.own >= SmartList.most || made.isShared && there.shared >= SmartList.most {
                check.refuse("name", .tooMany, "At most \(SmartList.most) lists are kept, and as many shared ones.")
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try SmartListTable.insert(made, in: session)
            return .done(Self.shown(made, fields))
        }
    }

    /// Changes what `draft` names: one's own list, or as owner or admin one that is shared.
    package func change(
        _ scope: Scope, _ id: SmartListID, _ draft: SmartListDraft, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        let now = book.world.now()
        return try await book.database.transaction { session in
            guard let list = try SmartListTable.list(id, for: scope, isToChange: true, in: session) else {
                return .notFound
            }
            guard Self.mayChange(list, scope), draft.isShared != true || list.isShared || scope.role.seesEverything
            else {
                return .forbidden
            }
            if let expectedVersions, !expectedVersions.contains(list.version) { return .versionMismatch }
            let fields = try CustomFieldTable.all(in: session)
            var check = FieldCheck()
            var changed = Self.applied(draft, to: list, fields, &check)
            if changed.isShared, !list.isShared,
                try SmartListTable.counts(of: scope.userID, in: session).shared >= SmartList.most
            {
                check.refuse("isShared", .tooMany, "At most \(SmartList.most) lists are shared.")
            }
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            changed.updatedAt = now
            changed.version += 1
            try SmartListTable.update(changed, in: session)
            return .done(Self.shown(changed, fields))
        }
    }

    /// Removes a list, and no client.
    package func remove(_ scope: Scope, _ id: SmartListID) async throws -> Outcome {
        try await book.database.transaction { session in
            guard let list = try SmartListTable.list(id, for: scope, isToChange: true, in: session) else {
                return .notFound
            }
            guard Self.mayChange(list, scope) else { return .forbidden }
            try SmartListTable.remove(id, in: session)
            return .done(list)
        }
    }

    func list(_ scope: Scope, _ id: SmartListID) async throws -> SmartList? {
        try await book.database.read { session in
            try SmartListTable.list(id, for: scope, in: session).map {
                Self.shown($0, try CustomFieldTable.all(in: session))
            }
        }
    }

    private static func mayChange(_ list: SmartList, _ scope: Scope) -> Bool {
        list.isShared ? scope.role.seesEverything : list.ownerID == scope.userID
    }

    /// The list as it stands to the custom fields that there are.
    private static func shown(_ list: SmartList, _ fields: [CustomField]) -> SmartList {
        var shown = list
        shown.gone = list.filter.narrowed(to: fields).gone
        shown.columns = list.columns.filter { isColumn($0, fields) }
        return shown
    }

    private static func isColumn(_ name: String, _ fields: [CustomField]) -> Bool {
        SmartList.columnNames.contains(name)
            || fields.contains { FilterField.customPrefix + $0.key == name }
    }

    private static func applied(
        _ draft: SmartListDraft, to list: SmartList, _ fields: [CustomField], _ check: inout FieldCheck
    ) -> SmartList {
        var changed = list
        if let name = draft.name {
            changed.name = check.line(name, "name", 100)
            if changed.name.isEmpty { check.refuse("name", .required, "A list has a name.") }
        }
        if let isShared = draft.isShared { changed.isShared = isShared }
        if let node = draft.filter {
            var reading = FilterReading(fields: fields)
            if let filter = reading.filter(node, at: "filter") { changed.filter = filter }
            reading.check.problems.forEach { check.refuse($0.field, $0.code, $0.message) }
            if changed.filter.json.utf8.count > 4 * ClientFilter.longest {
                check.refuse("filter", .tooLong, "Make the filter shorter.")
            }
        }
        if let columns = draft.columns {
            changed.columns = []
            for (index, column) in check.capped(columns, "columns", SmartList.mostColumns).enumerated() {
                if !isColumn(column, fields) {
                    check.refuse("columns[\(index)]", .unknownField, "Clients have no field of this name.")
                }
                if !changed.columns.contains(column) { changed.columns.append(column) }
            }
            if columns.isEmpty { check.refuse("columns", .required, "Show at least one column.") }
        }
        if let sort = draft.sort {
            if let order = ClientSort(rawValue: sort) {
                changed.sort = order
            } else {
                let orders = ClientSort.allCases.map(\.rawValue).joined(separator: ", ")
                check.refuse("sort", .unknownChoice, "This must be one of: \(orders).")
            }
        }
        return changed
    }
}
