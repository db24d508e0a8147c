import Accounts
import Core
import Storage

/// Who may hand a client to whom.
///
/// Owner and admin decide whose a client is. An agent creates clients for themselves only and cannot give one away or
/// take one over: a collaborator who could, would own it. Whom a client is shared with is for owner, admin and the
/// agent to whom it is assigned.
enum ClientAssignment {
    /// Everything that is wrong with the accounts in `after`. `before` is `nil` for a client that is being created.
    ///
    /// Whoever is named is held until the transaction ends, where `holdsThem`: somebody who leaves at this moment does so before, or after and with
    /// this client.
    static func problems(
        _ scope: Scope, from before: ClientContent?, to after: ClientContent, holdsThem: Bool = true,
        in session: any SQLSession
    ) throws -> [FieldProblem] {
        var check = FieldCheck()
        let mayAssign = scope.role.seesEverything || after.assignedTo == (before?.assignedTo ?? scope.userID)
        if !mayAssign {
            check.refuse("assignedTo", .notPermitted, "Only an owner or admin can assign a client to somebody else.")
        }
        let isOwn = scope.role == .agent && (before ?? after).assignedTo == scope.userID
        let mayShare = scope.role.seesEverything || isOwn || after.collaborators == (before?.collaborators ?? [])
        if !mayShare {
            check.refuse("collaborators", .notPermitted, "Only the assigned agent, an owner or an admin can share it.")
        }
        // Who may not name an account is not told whether it exists.
        guard mayAssign, mayShare else { return check.problems }
        let named = after.newAccounts(since: before)
        let active = try activeAccounts(among: named, isHeld: holdsThem, in: session)
        if let assignee = after.assignedTo, named.contains(assignee), !active.contains(assignee) {
            check.refuse("assignedTo", .unknownAccount, "There is no active user with this identity.")
        }
        for (index, collaborator) in after.collaborators.enumerated()
        where named.contains(collaborator) && !active.contains(collaborator) {
            check.refuse("collaborators[\(index)]", .unknownAccount, "There is no active user with this identity.")
        }
        return check.problems
    }

    private static func activeAccounts(
        among named: Set<AccountID>, isHeld: Bool, in session: any SQLSession
    ) throws -> Set<AccountID> {
        guard !named.isEmpty else { return [] }
        let list = named.sorted().map { "\($0)" as SQL }.joined(separator: ", ")
        let held: SQL = isHeld ? "\(.forShare)" : ""
        let rows = try session.rows(
            "SELECT id FROM account WHERE id IN (\(list)) AND status = 'active' ORDER BY id \(held)")
        return Set(try rows.map { try $0.get("id") })
    }
}
