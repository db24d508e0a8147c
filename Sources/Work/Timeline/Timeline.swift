package import Accounts
package import CRM
package import Core
package import Storage

/// What happens with clients, told in order: notes, calls, texts, mails, enquiries, and whatever else other features tell of.
///
/// Whoever reaches a client reads its timeline and adds to it. An entry is changed and removed by whoever wrote it, by owner and admin; what it was
/// before is kept.
package struct Timeline: Sendable {
    let database: any Database
    let world: World
    let cursors: CursorSealer
    let mailbox: Mailbox

    /// The timelines in `database`. `mailbox` takes the mails to those who are mentioned.
    package init(database: any Database, world: World, cursorKey: Secret<[UInt8]>, mailbox: Mailbox) {
        self.database = database
        self.world = world
        self.mailbox = mailbox
        cursors = CursorSealer(key: cursorKey)
    }

    /// How a change ended.
    package enum Outcome: Sendable, Hashable {
        case done(TimelineEntry)
        case invalid([FieldProblem])
        /// Somebody changed the entry since the caller read it.
        case versionMismatch
        /// There is no such client or entry, or it is out of reach.
        case notFound
        case forbidden
    }
}
