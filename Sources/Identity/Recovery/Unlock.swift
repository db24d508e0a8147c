import Core
package import SecurityEvents
import Storage

/// Lifts a lock of sign-in before its time: by the mailed link, or at the word of an owner or admin.
package struct Unlock: Sendable {
    let gate: GateParts

    /// Whether the link behind `token` would be accepted now.
    package func counts(_ token: String) async throws -> Bool {
        let links = gate.links
        return try await gate.database.read { sql in try links.find(token, for: [.unlock], in: sql) } != nil
    }

    /// Lifts the lock for which `token` was mailed; `false` when the link does not count any more.
    package func unlock(_ token: String, from source: RequestSource) async throws -> Bool {
        let gate = gate
        return try await gate.database.transaction { sql in
            guard let link = try gate.links.use(token, for: [.unlock], in: sql),
                let subject = SignInSubject(stored: link.address)
            else { return false }
            try gate.guardian.unlock(subject, in: sql)
            try gate.recorder.record(
                Event(.accountUnlocked, in: gate.world, user: link.account, from: source, detail: ["by": "mail"]),
                in: sql)
            return true
        }
    }
}
