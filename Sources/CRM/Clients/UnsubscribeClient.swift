import Accounts
import Core
import Storage

extension ClientBook {
    /// Writes down that the client asked for no more mails, by a link that only they had: without a person of the brokerage, known from `source`.
    /// Once is enough; a client that was merged is the one that answers for it. `false` when there is none.
    package func refuseMail(_ id: ClientID, from source: String) async throws -> Bool {
        let (now, home) = (world.now(), home)
        return try await database.transaction { session in
            guard let client = try Self.held(id, in: session) else { return false }
            let before = try ClientContent(client)
            guard !before.details.refuses(.mail) else { return true }
            var after = before
            after.details.consent.removeAll { $0.channel == .mail }
            after.details.consent.append(
                Consent(channel: .mail, isRefused: true, at: now, by: nil, source: source))
            after.details.consent.sort { $0.channel.rank < $1.channel.rank }
            return try ClientWriting.perform(in: session, ClientEdit(home: home, now: now, announces: true)) {
                writing in
                try writing.update(client.id, at: client.version, from: before, to: after) != nil
            }
        }
    }
}

extension Consent.Channel {
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
