package import Core

/// A message to a phone as it waits in the outbox.
package struct OutgoingSMS: Sendable, Hashable, Codable {
    /// The number, in its canonical text.
    package let to: String
    /// The text: plain, and short enough for one message where that can be.
    package let body: String
    /// In milliseconds since 1970: from then on it is of no use, and is not sent.
    package let notAfter: Int64?

    /// A message to that number. One that holds a code says until when the code counts: an hour later it would only confuse.
    package init(to number: PhoneNumber, body: String, notAfter: Timestamp? = nil) {
        to = number.text
        self.body = body
        self.notAfter = notAfter?.milliseconds
    }
}
