package import Accounts
import CRM
import Core
import Storage

extension Timeline {
    /// What somebody may do with an entry of a client within reach: whoever wrote it, owner and admin anything; others pin it.
    private static func mayEdit(_ entry: TimelineEntry, _ scope: Scope) -> Bool {
        scope.role.seesEverything || entry.authorID == scope.userID
    }

    /// Changes what `draft` names, and keeps what the entry was before. With `expectedVersions` (`If-Match`) only one of them.
    package func change(
        _ scope: Scope, _ id: TimelineEntryID, _ draft: TimelineDraft, expectedVersions: [Int64]? = nil
    ) async throws -> Outcome {
        let (now, mailbox) = (world.now(), mailbox)
        return try await database.transaction { session in
            guard let (before, client) = try Self.held(scope, id, in: session) else { return .notFound }
            let isPinning = draft.isOnlyPinning
            guard isPinning || Self.mayEdit(before, scope) else { return .forbidden }
            guard isPinning || TimelineDraft.kinds.contains(before.kind) else { return .forbidden }
            if let expectedVersions, !expectedVersions.contains(before.version) { return .versionMismatch }
            var check = FieldCheck()
            if draft.kind != nil { check.refuse("kind", .notPermitted, "The kind of an entry stays.") }
            let earlier = (try? StoredObject<TimelineDetail>(stored: before.detail).value().mentions) ?? []
            var (after, detail) = (before, TimelineDetail())
            if isPinning {
                after.isPinned = draft.isPinned ?? after.isPinned
            } else {
                (after, detail) = draft.applied(to: before, at: now, &check)
            }
            let mentions = Mentions(of: client, by: scope.userID)
            let mentioned = try mentions.readers(detail.mentions.filter { !earlier.contains($0) }, &check, in: session)
            guard check.problems.isEmpty else { return .invalid(check.problems) }
            guard after != before else { return .done(before) }
            after.updatedAt = now
            after.version += 1
            try TimelineTable.update(after, from: before, by: scope.userID, in: session)
            if after.at != before.at || after.direction != before.direction {
                try ClientContact.recount([client.id], in: session)
            }
            try mentions.tell(mentioned, of: after, through: mailbox, in: session)
            return .done(after)
        }
    }

    /// How long an entry that was removed can be brought back.
    private static let kept = Duration.days(30)

    /// Takes an entry off the timeline. For 30 days ``restore(_:_:)`` brings it back.
    package func remove(_ scope: Scope, _ id: TimelineEntryID) async throws -> Outcome {
        let now = world.now()
        return try await database.transaction { session in
            guard let (entry, client) = try Self.held(scope, id, in: session) else { return .notFound }
            guard Self.mayEdit(entry, scope), TimelineDraft.kinds.contains(entry.kind) else { return .forbidden }
            try TimelineTable.remove(id, at: now, in: session)
            try ClientContact.recount([client.id], in: session)
            return .done(entry)
        }
    }

    /// Brings back an entry that was removed, as it was.
    package func restore(_ scope: Scope, _ id: TimelineEntryID) async throws -> Outcome {
        let earliest = world.now() - Self.kept
        return try await database.transaction { session in
            let row = try session.row(
                """
                SELECT client.id AS id FROM timeline_entry JOIN client ON client.id = timeline_entry.client_id
                WHERE timeline_entry.id = \(id) AND timeline_entry.deleted_at > \(earliest)
                    AND \(ClientVisibility(scope).ofOne)
                """)
            guard let row, let client = try ClientAlias.held(try row.get("id"), for: scope, in: session),
                let entry = try TimelineTable.removed(id, after: earliest, in: session), entry.clientID == client.id,
                TimelineDraft.kinds.contains(entry.kind)
            else { return .notFound }
            guard Self.mayEdit(entry, scope) else { return .forbidden }
            try TimelineTable.restore(id, in: session)
            try ClientContact.recount([client.id], in: session)
            return .done(entry)
        }
    }

    /// The entry with its client, if that is within reach; both held until the transaction ends, the client first.
    private static func held(
        _ scope: Scope, _ id: TimelineEntryID, in session: any SQLSession
    ) throws -> (TimelineEntry, Client)? {
        let row = try session.row(
            """
            SELECT client.id AS id FROM timeline_entry JOIN client ON client.id = timeline_entry.client_id
            WHERE timeline_entry.id = \(id) AND timeline_entry.deleted_at IS NULL AND \(ClientVisibility(scope).ofOne)
            """)
        guard let row, let client = try ClientAlias.held(try row.get("id"), for: scope, in: session),
            let entry = try TimelineTable.held(id, in: session), entry.clientID == client.id
        else { return nil }
        return (entry, client)
    }
}

extension TimelineDraft {
    /// Whether it changes nothing but whether the entry is pinned.
    fileprivate var isOnlyPinning: Bool {
        isPinned != nil && kind == nil && body == nil && at == nil && direction == nil && outcome == nil
            && durationSeconds == nil && subject == nil && enquiryType == nil && source == nil && property == nil
            && mentions == nil
    }
}
