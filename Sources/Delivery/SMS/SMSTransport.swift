package import Core
package import Storage

/// A message to a phone, ready to be sent.
package struct SMSMessage: Sendable, Hashable {
    /// What the message is an item of: the same at every try.
    package let id: OutboxID
    package let to: PhoneNumber
    package let body: String
    /// When it was written, which is not when it is sent.
    package let date: Timestamp

    package init(id: OutboxID, to: PhoneNumber, body: String, date: Timestamp) {
        self.id = id
        self.to = to
        self.body = body
        self.date = date
    }
}

/// A way for messages to reach phones.
package protocol SMSTransport: Sendable {
    /// Hands `message` over and returns when it was accepted. Throws ``DeliveryFailure``; after a temporary one the message may
    /// have been accepted all the same, because the answer was lost.
    func send(_ message: SMSMessage) async throws
}
