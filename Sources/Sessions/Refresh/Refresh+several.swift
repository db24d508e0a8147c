import Accounts
package import Core
package import SecurityEvents
import Storage

/// A browser may hold several refresh cookies of one name: one from before `COOKIE_DOMAIN` was set, one that a sibling subdomain has set. It
/// sends them all, and the order says nothing about which of them counts.
extension Refresh {
    /// How many tokens that we did make are looked at. A browser holds two or three.
    private static let mostPresented = 32

    /// One of several tokens, with its session and what it deserves.
    private struct Judged: Sendable {
        let text: String
        let token: PresentedRefreshToken
        let session: Session
        let decision: RefreshDecision

        /// Whether it gets a successor.
        var counts: Bool { decision == .rotate || decision == .replay }
    }

    /// Exchanges the one of `presented` that counts. A single one costs what ``exchange(_:idempotencyKey:from:)`` costs; with several
    /// their sessions are read first, in one query.
    ///
    /// Of several that count, that of the newest sign-in is taken. A past one is a theft only when no current one of its session comes with
    /// it: the browser that holds both is the one that has exchanged it. Where another session's token counts, a theft ends its own
    /// session alone: the browser has just shown that it belongs to somebody who is signed in.
    package func exchange(
        oneOf presented: [String], idempotencyKey: String?, from source: RequestSource
    ) async throws -> Outcome {
        let known = recognized(presented)
        guard known.count > 1 else {
            return try await exchange(known.first?.text ?? "", idempotencyKey: idempotencyKey, from: source)
        }
        let judged = try await judge(known, idempotencyKey: idempotencyKey)
        let best = judged.filter(\.counts).max { $0.session.createdAt < $1.session.createdAt }
        let alive = Set(judged.filter(\.counts).map(\.session.id))
        let thefts = judged.filter { $0.decision == .theft && !alive.contains($0.session.id) }
        guard let best else { return .refused(try await refuse(judged, thefts, from: source)) }
        let outcome = try await exchange(best.text, idempotencyKey: idempotencyKey, from: source)
        for theft in thefts {
            _ = try await punishTheft(of: theft.token, theft.session, by: .session, from: source)
        }
        return outcome
    }

    /// The sessions and their owners behind refresh tokens of any generation, for signing out; none for tokens that are not ours.
    package func owners(of presented: [String]) async throws -> [(session: SessionID, user: AccountID)] {
        let sessions = Set(recognized(presented).map(\.token.sessionID))
        guard !sessions.isEmpty else { return [] }
        return try await database.rows(
            "SELECT id, user_id FROM session WHERE id IN (\(SessionTable.list(Array(sessions))))"
        ).map { (try $0.get("id"), try $0.get("user_id")) }
    }

    private func recognized(_ presented: [String]) -> [(text: String, token: PresentedRefreshToken)] {
        var seen: Set<PresentedRefreshToken> = []
        var known: [(text: String, token: PresentedRefreshToken)] = []
        for text in presented {
            guard known.count < Self.mostPresented else { break }
            guard let token = tickets.refreshTokens.recognize(text), seen.insert(token).inserted else { continue }
            known.append((text, token))
        }
        return known
    }

    private func judge(
        _ known: [(text: String, token: PresentedRefreshToken)], idempotencyKey: String?
    ) async throws -> [Judged] {
        let now = world.now()
        let keyHash = Self.keyHash(idempotencyKey)
        let rows = try await database.rows(
            SessionTable.selectWithAccount(Array(Set(known.map(\.token.sessionID)))), isShort: true)
        var found: [SessionID: (session: Session, account: Account)] = [:]
        for row in rows {
            let session = try Session(row)
            found[session.id] = (session, try Account(row))
        }
        return known.compactMap { text, token in
            guard let (session, account) = found[token.sessionID] else { return nil }
            let noted = activity.latest(token.sessionID) ?? session.lastActiveAt
            let decision = RefreshDecision.decide(
                session, accountIsActive: account.status == .active, presentedGeneration: token.generation,
                keyHash: keyHash, lastActiveAt: max(session.lastActiveAt, noted), now: now, clocks: tickets.clocks,
                policy: policy)
            return Judged(text: text, token: token, session: session, decision: decision)
        }
    }

    /// None counts: a theft is punished as it would be alone, else the first refusal that says more than "invalid" is told.
    private func refuse(
        _ judged: [Judged], _ thefts: [Judged], from source: RequestSource
    ) async throws -> RefreshRefusal {
        var refusals: [RefreshRefusal] = []
        for theft in thefts {
            refusals.append(
                try await punishTheft(of: theft.token, theft.session, by: policy.theftResponse, from: source))
        }
        if refusals.contains(.reused) { return .reused }
        for case .refuse(let refusal) in judged.map(\.decision) { refusals.append(refusal) }
        return refusals.first { $0 != .invalid } ?? .invalid
    }
}
