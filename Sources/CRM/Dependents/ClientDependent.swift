import Accounts
package import Core
package import Storage

/// What another feature keeps about clients, and what becomes of it when clients are made one, are erased, or change hands.
///
/// Each call is made in the transaction of that change, which holds the clients. Rows that refer to `client` go with its row; what a merge moves
/// says for which client it was first, so that taking the merge back finds it again.
package protocol ClientDependent: Sendable {
    /// Gives `winner` what hangs on `loser`, which is being merged into it.
    func join(_ loser: ClientID, to winner: ClientID, in session: any SQLSession) throws
    /// Gives `loser` back what was first its own, or of one of `others`, which had been merged into it before: the merge is being taken back.
    func part(_ loser: ClientID, with others: [ClientID], from winner: ClientID, in session: any SQLSession) throws
    /// Forgets what else says something of these clients, whose rows are about to be removed.
    func erase(_ clients: [ClientID], in session: any SQLSession) throws
    /// Whether `account` still has something here that somebody else has to take over before the account can be removed.
    func concerns(_ account: AccountID, in session: any SQLSession) throws -> Bool
    /// Gives `successor` what `leaver` had to do.
    func handOver(
        from leaver: AccountID, to successor: AccountID, at now: Timestamp, in session: any SQLSession) throws
}
