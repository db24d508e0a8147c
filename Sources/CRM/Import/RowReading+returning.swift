import Accounts
import ContactFiles
import Core
import Storage

// What only a file that this program wrote has: who shares a client, the proofs of what they decided, and which clients they belong to.

extension RowReading {
    /// Who shares the client: for owner and admin, with people who are active.
    func collaborators(_ person: ImportedPerson, _ result: inout RowContent) -> [AccountID]? {
        guard !person.collaborators.isEmpty else { return nil }
        guard scope.role.seesEverything else {
            note(
                &result, "collaborators", FieldProblem.Code.notPermitted.rawValue,
                "Only an owner or admin imports with whom a client is shared.")
            return nil
        }
        return person.collaborators.compactMap { given in
            if let user = context.person(given) { return user }
            note(
                &result, "collaborators", FieldProblem.Code.unknownAccount.rawValue,
                "There is no one active user “\(Self.excerpt(given))”.")
            return nil
        }
    }

    /// The decisions of which the file has the proof. Where a column says otherwise, it counts, and is a decision of now; and so is one with a
    /// moment that is to come. What is kept is not said to `draft`.
    func decisions(_ person: ImportedPerson, _ draft: inout ClientDraft, _ result: inout RowContent) -> [Consent] {
        var check = FieldCheck()
        let kept = Consent.Channel.allCases.compactMap { channel -> Consent? in
            guard let given = person.decisions.last(where: { $0.way.rawValue == channel.rawValue }),
                given.at <= edit.now, given.at.milliseconds >= 0
            else { return nil }
            switch channel {
            case .call where (draft.doNotCall ?? given.isRefused) == given.isRefused: draft.doNotCall = nil
            case .text where (draft.doNotText ?? given.isRefused) == given.isRefused: draft.doNotText = nil
            case .mail where (draft.doNotMail ?? given.isRefused) == given.isRefused: draft.doNotMail = nil
            case .call, .text, .mail: return nil
            }
            return Consent(
                channel: channel, isRefused: given.isRefused, at: given.at, by: given.by.flatMap(context.user),
                source: check.line(Self.line(given.source), "consent", 200))
        }
        result.problems += check.problems.map(problem)
        return kept
    }
}

extension ImportBatch {
    /// Lets go of the identities in relationships of clients that are not there or that the importer does not see; their names stay.
    mutating func findRelations(_ reading: RowReading, in session: any SQLSession) throws {
        let named = entries.reduce(into: Set<ClientID>()) { ids, entry in
            if case .rejected = entry.fate { return }
            ids.formUnion(entry.result.content.details.relationships.compactMap(\.clientID))
        }
        guard !named.isEmpty else { return }
        let clients = try Self.clients(named.sorted(), for: reading.scope, in: session)
        for index in entries.indices {
            var lost = 0
            var related = entries[index].result.content.details.relationships
            if !related.contains(where: { $0.clientID != nil }) { continue }
            related = related.compactMap { relationship in
                var relationship = relationship
                relationship.clientID = relationship.clientID.flatMap { clients[$0] }
                if let other = relationship.clientID, entries[index].fate == .update(other) {
                    relationship.clientID = nil
                }
                if relationship.clientID != nil || !relationship.name.isEmpty { return relationship }
                lost += 1
                return nil
            }
            entries[index].result.content.details.relationships = related
            if lost > 0 {
                reading.note(
                    &entries[index].result, "relationships", FieldProblem.Code.unknownClient.rawValue,
                    "There is no client with the identity of a relationship.")
            }
        }
    }

    /// The clients that answer to these identities, of those that `scope` sees.
    private static func clients(
        _ named: [ClientID], for scope: Scope, in session: any SQLSession
    ) throws -> [ClientID: ClientID] {
        var clients: [ClientID: ClientID] = [:]
        for start in stride(from: 0, to: named.count, by: 200) {
            let part = Array(named[start..<min(start + 200, named.count)])
            let targets = try ClientAlias.targets(of: part, in: session)
            let list = targets.map { "\($0)" as SQL }.joined(separator: ", ")
            let seen = Set<ClientID>(
                try session.rows("SELECT id FROM client WHERE id IN (\(list)) AND \(ClientVisibility(scope).ofOne)")
                    .map { try $0.get("id") })
            for (id, target) in zip(part, targets) where seen.contains(target) { clients[id] = target }
        }
        return clients
    }
}
