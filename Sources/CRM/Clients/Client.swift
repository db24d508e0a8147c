package import Core

/// A person with whom the brokerage does business, as the database holds it.
///
/// Its lists stay in the JSON in which they are stored (``StoredList``): a page of the list is written to the caller
/// without decoding one of them.
package struct Client: Sendable, Hashable {
    package let id: ClientID
    /// May be empty: a lead often comes with an address or a number alone.
    package var firstName: String
    package var lastName: String
    /// Addresses as they are shown, lower-case; at most one is the primary one, and one is if there is any.
    package var emails: StoredList<ContactPoint>
    /// Numbers as typed; primary as with ``emails``.
    package var phones: StoredList<ContactPoint>
    package var addresses: StoredList<PostalAddress>
    package var tags: StoredList<String>
    /// Where the client stands; never empty.
    package var stage: String
    /// Where the client came from; `nil` when nobody said.
    package var source: String?
    /// Whose client it is; `nil` while it is nobody's, and then only owner and admin see it.
    package var assignedTo: AccountID?
    /// Who else sees and edits it.
    package var collaborators: StoredList<AccountID>
    /// What they would spend or ask, in whole units of the brokerage's currency, without cents.
    package var price: Int64?
    package var background: String
    /// What else is known of them.
    package var details: StoredObject<ClientDetails>
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    /// The last time somebody dealt with the client; its creation to begin with. An edit is no activity.
    package var lastActivityAt: Timestamp
    /// Counts the changes from 1: the `ETag`, and what `If-Match` is held against.
    package var version: Int64
}
