package import Storage

/// Sends the items of one kind that wait in the outbox.
package protocol OutboxSender: Sendable {
    /// The `kind` of its items.
    var kind: String { get }
    /// How many items are taken at once. They are sent one after the other, and all of them must be through before their lease
    /// is over, however long the other side takes.
    var batch: Int { get }

    /// Sends `item`; returns whether anything was sent: there may be nothing left to send for it. After a failure that is
    /// temporary the item is sent again, with the same identity.
    func send(_ item: OutboxItem) async throws(DeliveryFailure) -> Bool
}
