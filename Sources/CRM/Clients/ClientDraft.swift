package import Core

/// A client to be, as a caller sends it; nothing in it is checked yet.
package struct ClientDraft: Sendable, Hashable {
    package var firstName: String?
    package var lastName: String?
    package var emails: [ContactPoint]?
    package var phones: [ContactPoint]?
    package var addresses: [PostalAddress]?
    /// The first of the brokerage's stages when absent.
    package var stage: String?
    package var source: String?
    package var tags: [String]?
    /// When absent: the creator if that is an agent, nobody if it is an owner or admin.
    package var assignedTo: AccountID?
    package var collaborators: [AccountID]?
    /// In whole units of currency.
    package var price: Int64?
    package var background: String?
    package var priceMax: Int64?
    package var timeFrame: String?
    package var birthday: String?
    package var anniversaries: [Anniversary]?
    package var relationships: [Relationship]?
    package var doNotCall: Bool?
    package var doNotText: Bool?
    package var doNotMail: Bool?
    package var consentSource: String?
    package var customFields: [String: CustomFieldValue?]?

    /// A draft of somebody with that name, or of nobody yet.
    package init(firstName: String? = nil, lastName: String? = nil) {
        self.firstName = firstName
        self.lastName = lastName
    }

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
        patch.priceMax = Change(given: priceMax)
        patch.timeFrame = Change(given: timeFrame)
        patch.birthday = Change(given: birthday)
        patch.anniversaries = Change(given: anniversaries)
        patch.relationships = Change(given: relationships)
        patch.doNotCall = Change(given: doNotCall)
        patch.doNotText = Change(given: doNotText)
        patch.doNotMail = Change(given: doNotMail)
        patch.consentSource = Change(given: consentSource)
        patch.customFields = Change(given: customFields)
        return patch
    }
}

extension ClientDraft: Decodable {
    /// The members that the API knows; any other is refused by the caller of this type.
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case firstName, lastName, emails, phones, addresses, stage, source, tags, assignedTo, collaborators, price
        case background, priceMax, timeFrame, birthday, anniversaries, relationships, doNotCall, doNotText, doNotMail
        case consentSource, customFields
    }
}
