import Accounts
package import Core

/// Marks identities of bulk changes.
package enum BulkChangeEntity {}

/// The identity of a bulk change; what it changes carries it in its history.
package typealias BulkChangeID = Identifier<BulkChangeEntity>

/// One thing done to many clients, in the background, and how far it is.
package struct BulkChange: Sendable, Hashable {
    /// How far it is; the raw value is that of the column.
    package enum Status: String, Sendable, CaseIterable {
        case queued, running, completed, cancelled
        /// It is being taken back; the API calls that running.
        case undoing
        case undone
    }

    /// Why it ended before its end.
    package enum Ending: String, Sendable, CaseIterable {
        /// Somebody cancelled it.
        case cancelled
        /// Whoever started it cannot sign in any more.
        case starterLeft = "starter_left"
        /// A custom field that its filter asks about was removed: without it, others would be changed than were meant.
        case conditionGone = "condition_gone"
    }

    package let id: BulkChangeID
    /// On whose behalf it is made; the role is asked anew for each batch.
    let starter: BulkActor
    /// On whose behalf it is taken back.
    let undoer: BulkActor?
    package let action: BulkAction
    /// `nil` for a selection of identities.
    let filter: ClientFilter?
    package let status: Status
    package let ending: Ending?
    /// How many clients it is about.
    package let total: Int
    package let changed: Int
    package let unchanged: Int
    package let refused: Int
    /// How many are as they were before.
    package let restored: Int
    /// How many could not be restored, or not in all that was changed.
    package let kept: Int
    /// After which client it goes on.
    let position: ClientID?
    package let createdAt: Timestamp
    package let endedAt: Timestamp?
    package let undoneAt: Timestamp?

    /// The most identities of a selection.
    package static let mostClients = 10_000
    /// How long it can be taken back.
    package static let undoable: Duration = .hours(24)
    /// How long it is known.
    static let kept: Duration = .days(30)
}

/// Who does something that goes on without them.
struct BulkActor: Sendable, Hashable {
    let userID: AccountID
    let means: Scope.Means

    init(_ scope: Scope) {
        userID = scope.userID
        means = scope.means
    }

    init(userID: AccountID, session: SessionID?, key: APIKeyID?) {
        self.userID = userID
        means = key.map { .key($0) } ?? .session(session ?? SessionID(high: 0, low: 0))
    }

    /// Their scope with the role that they have now.
    func scope(_ role: Role) -> Scope {
        switch means {
        case .session(let id): return Scope(userID: userID, sessionID: id, role: role)
        case .key(let id): return Scope(userID: userID, keyID: id, role: role)
        }
    }
}

/// A client that was not changed, or not restored, and why.
package struct BulkRefusal: Sendable, Hashable {
    let client: ClientID
    /// Which field; empty for the client as a whole.
    let field: String
    let reason: String

    /// Why a client is left as it is, besides the codes of ``FieldProblem``.
    enum Reason: String {
        /// It is not there, or not within reach.
        case notFound = "not_found"
        /// The role does not include it.
        case forbidden
        /// Somebody has changed it since.
        case changedSince = "changed_since"
    }

    init(_ client: ClientID, _ reason: Reason) { self.init(client, "", reason) }

    init(_ client: ClientID, _ field: String, _ reason: Reason) {
        self.init(client, field, code: reason.rawValue)
    }

    init(_ client: ClientID, _ field: String, code: String) {
        self.client = client
        self.field = field
        reason = code
    }

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("clientId", client)
            object.member("field", field.isEmpty ? nil : field)
            object.member("reason", reason)
        }
    }
}

/// A bulk change with the first of its refusals.
package struct BulkReport: Sendable, Hashable {
    package let change: BulkChange
    let refusals: [BulkRefusal]
    let unrestored: [BulkRefusal]

    /// How many refusals of each kind are told one by one.
    static let mostTold = 100

    /// Writes it as the API shows it.
    package func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", change.id)
            object.member("status", change.status == .undoing ? "running" : change.status.rawValue)
            object.member("isUndoing", change.status == .undoing)
            object.member("endedBecause", change.ending?.rawValue)
            change.action.writeMembers(to: &object)
            object.member("startedBy", change.starter.userID)
            object.member("total", Int64(change.total))
            object.member("changed", Int64(change.changed))
            object.member("unchanged", Int64(change.unchanged))
            object.member("refused", Int64(change.refused))
            object.member("restored", Int64(change.restored))
            object.member("notRestored", Int64(change.kept))
            object.key("refusals")
            object.array { list in refusals.forEach { $0.write(to: &list) } }
            object.key("notRestorable")
            object.array { list in unrestored.forEach { $0.write(to: &list) } }
            object.member("createdAt", change.createdAt)
            object.member("endedAt", change.endedAt)
            object.member("undoableUntil", change.endedAt.map { $0 + BulkChange.undoable })
            object.member("undoneAt", change.undoneAt)
        }
    }
}
