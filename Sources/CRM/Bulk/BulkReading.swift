import Core
import Storage

/// Checks what a bulk change is asked to do.
enum BulkReading {
    private static let mostTags = 20
    private static let mostPeople = 20

    /// The action of an order; `nil`, and problems, for what is none.
    static func action(_ order: BulkOrder, _ check: inout FieldCheck) -> BulkAction? {
        guard let name = order.action.flatMap({ BulkAction.Name(rawValue: $0) }) else {
            let names = BulkAction.Name.allCases.filter { $0 != .delete }.map(\.rawValue).joined(separator: ", ")
            check.refuse("action", .unknownChoice, "This must be one of: \(names).")
            return nil
        }
        let action: BulkAction
        var used: Set<String> = []
        switch name {
        case .addTags, .removeTags:
            used = ["tags"]
            let tags = check.tags(Array(check.capped(order.tags ?? [], "tags", mostTags)))
            if tags.isEmpty { check.refuse("tags", .required, "Give at least one tag.") }
            action = name == .addTags ? .addTags(tags) : .removeTags(tags)
        case .stage:
            used = ["stage"]
            let stage = check.line(order.stage ?? "", "stage", 100)
            check.stage(stage)
            action = .stage(stage)
        case .assign:
            used = ["assignedTo"]
            if order.assignedTo == .keep {
                check.refuse("assignedTo", .required, "Give the id of a user, or null for nobody.")
            }
            action = .assign(order.assignedTo.applied(to: nil, cleared: nil) { $0 })
        case .share, .unshare:
            used = ["collaborators"]
            let people = check.collaborators(
                Array(check.capped(order.collaborators ?? [], "collaborators", mostPeople)))
            if people.isEmpty { check.refuse("collaborators", .required, "Say with whom.") }
            action = name == .share ? .share(people) : .unshare(people)
        case .delete: action = .delete
        }
        let given = [
            ("tags", order.tags != nil), ("stage", order.stage != nil), ("assignedTo", order.assignedTo != .keep),
            ("collaborators", order.collaborators != nil),
        ]
        for (field, isGiven) in given where isGiven && !used.contains(field) {
            check.refuse(field, .unknownField, "The action \(name.rawValue) has no use for this.")
        }
        if (order.filter == nil) == (order.ids == nil) {
            check.refuse("filter", .required, "Say which clients: either filter or ids.")
        }
        return action
    }

    /// The identities of a selection, each once, in their order; `nil` where a filter says which clients.
    static func ids(_ order: BulkOrder, _ check: inout FieldCheck) -> [ClientID]? {
        guard let ids = order.ids else { return nil }
        if ids.isEmpty { check.refuse("ids", .required, "Give at least one client.") }
        if ids.count > BulkChange.mostClients {
            check.refuse("ids", .tooMany, "At most \(BulkChange.mostClients) clients; use a filter for more.")
            return []
        }
        return Set(ids).sorted()
    }

    /// Says when the stage or a person that the action names is not there.
    static func check(_ action: BulkAction, _ check: inout FieldCheck, in session: any SQLSession) throws {
        var named: [AccountID] = []
        var field = "collaborators"
        switch action {
        case .stage(let stage):
            if try !StageTable.has(stage, in: session) {
                check.refuse("stage", .unknownChoice, "There is no such stage. GET /v1/stages lists them.")
            }
        case .assign(let account):
            named = account.map { [$0] } ?? []
            field = "assignedTo"
        case .share(let accounts): named = accounts
        case .unshare, .addTags, .removeTags, .delete: break
        }
        for account in named
        where try session.row("SELECT 1 AS one FROM account WHERE id = \(account) AND status = 'active'") == nil {
            check.refuse(field, .unknownAccount, "There is no active user with this identity.")
        }
    }
}
