package import Core

/// A client to be, as a caller sends it; nothing in it is checked yet.
package struct ClientDraft: Sendable, Hashable {
    package var firstName: String?
    package var lastName: String?
    package var emails: [ContactPoint]?
    package var phones: [ContactPoint]?
    package var addresses: [PostalAddress]?
    /// `Leads` when absent.
    package var stage: String?
    package var source: String?
    package var tags: [String]?
    /// When absent: the creator if that is an agent, nobody if it is an owner or admin.
    package var assignedTo: AccountID?
    package var collaborators: [AccountID]?
    /// In whole units of currency.
    package var price: Int64?
    package var background: String?

    /// A draft of somebody with that name, or of nobody yet.
    package init(firstName: String? = nil, lastName: String? = nil) {
        self.firstName = firstName
        self.lastName = lastName
    }

    /// The stage in which a client starts.
    package static let firstStage = "Leads"

    /// The draft as a change of an empty client, so that creating and patching check alike.
    var asPatch: ClientPatch {
        var patch = ClientPatch()
        patch.firstName = Change(given: firstName)
        patch.lastName = Change(given: lastName)
        patch.emails = Change(given: emails)
        patch.phones = Change(given: phones)
        patch.addresses = Change(given: addresses)
        patch.stage = Change(given: stage)
        patch.source = Change(given: source)
        patch.tags = Change(given: tags)
        patch.assignedTo = Change(given: assignedTo)
        patch.collaborators = Change(given: collaborators)
        patch.price = Change(given: price)
        patch.background = Change(given: background)
        return patch
    }
}

extension ClientDraft: Decodable {
    /// The members that the API knows; any other is refused by the caller of this type.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case firstName, lastName, emails, phones, addresses, stage, source, tags, assignedTo, collaborators, price
        case background
    }
}
