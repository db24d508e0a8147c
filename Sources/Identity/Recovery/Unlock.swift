import Accounts
import Core
import Guarding
package import SecurityEvents
import Storage

/// Lifts a lock of sign-in before its time: by the mailed link, or at the word of an owner or admin.
package struct Unlock: Sendable {
    private let database: any Database
    private let world: World
    private let links: MailedLinks
    private let recorder: EventRecorder
    private let guardian: SignInGuard

    init(database: any Database, world: World, links: MailedLinks, recorder: EventRecorder, guardian: SignInGuard) {
        self.database = database
        self.world = world
        self.links = links
        self.recorder = recorder
        self.guardian = guardian
    }

    /// Whether the link behind `token` would be accepted now.
    package func counts(_ token: String) async throws -> Bool {
        return try await database.read { sql in try links.find(token, for: [.unlock], in: sql) } != nil
    }

    /// Lifts the lock for which `token` was mailed; `false` when the link does not count any more.
    package func unlock(_ token: String, from source: RequestSource) async throws -> Bool {
        return try await database.transaction { sql in
            guard let link = try links.use(token, for: [.unlock], in: sql),
                let subject = SignInSubject(stored: link.address)
            else { return false }
            try guardian.unlock(subject, in: sql)
            try recorder.record(
                Event(.accountUnlocked, in: world, user: link.account, from: source, detail: ["by": "mail"]),
                in: sql)
            return true
        }
    }
}
