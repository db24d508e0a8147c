package import Accounts
package import CRM
import Core
import Storage

extension Timeline {
    /// Adds to the timeline of a client, in one transaction: the entry, that somebody dealt with the client, and the mails to whoever is mentioned.
    package func record(_ scope: Scope, _ client: ClientID, _ draft: TimelineDraft) async throws -> Outcome {
        let (now, id, mailbox) = (world.now(), world.identifier(TimelineEntryID.self), mailbox)
        return try await database.transaction { session in
            guard let held = try ClientAlias.held(client, for: scope, in: session) else { return .notFound }
            var check = FieldCheck()
            let kinds = TimelineDraft.kinds
            guard let kind = draft.kind.flatMap(TimelineEntry.Kind.init), kinds.contains(kind) else {
                let names = kinds.map(\.rawValue).joined(separator: ", ")
                check.refuse("kind", draft.kind == nil ? .required : .unknownChoice, "This must be one of: \(names).")
                return .invalid(check.problems)
            }
            let empty = TimelineEntry(kind, of: held.id, id: id, at: now, by: scope.userID, body: "", now: now)
            let (entry, detail) = draft.applied(to: empty, at: now, &check)
            let mentions = Mentions(of: held, by: scope.userID)
            let mentioned = try mentions.readers(detail.mentions, &check, in: session)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            try TimelineTable.insert(entry, in: session)
            if let told = Happening.Kind(rawValue: "\(kind.rawValue).created") {
                try Happening(told, id, version: 1, at: now, others: ["clientId": held.id.description]).tell(
                    in: session)
            }
            try mentions.tell(mentioned, of: entry, through: mailbox, in: session)
            return .done(entry)
        }
    }
}
